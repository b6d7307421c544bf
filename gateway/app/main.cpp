#include <unistd.h>

#include <iostream>

#include "gateway/app/command_line.h"

int main(int count, char** words) {
  return polygate::app::run_command_line(count, words, environ, {std::cin, std::cout, std::cerr});
}
