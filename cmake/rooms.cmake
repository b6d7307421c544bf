# polygate_room(NAME DEPS rooms... LIBS targets...)
#
# A room is one static library made of all the .cpp files of its folder. DEPS are rooms on a lower layer: a link to any
# other room does not resolve, and tests/architecture checks the includes.
function(polygate_room name)
  cmake_parse_arguments(ROOM "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  list(TRANSFORM ROOM_DEPS PREPEND polygate_)
  add_library(polygate_${name} STATIC ${sources})
  set_target_properties(polygate_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(polygate_${name} PUBLIC ${ROOM_DEPS} ${ROOM_LIBS})
  polygate_precompiled(polygate_${name} polygate_base <simdjson.h> <nlohmann/json.hpp> <functional> <map> <string> <vector>)
endfunction()

# polygate_precompiled(TARGET OWNER HEADERS...): the headers that nearly every file includes are read once, by OWNER.
# Half of the time of a build with sanitizers is theirs.
function(polygate_precompiled target owner)
  if(POLYGATE_FUZZ)
    return()
  endif()
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# polygate_unit_tests(NAME DEPS rooms... LIBS targets...): one GoogleTest program of all *_test.cpp in tests/unit/NAME.
function(polygate_unit_tests name)
  cmake_parse_arguments(UNIT "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/unit/${name}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM UNIT_DEPS PREPEND polygate_)
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE ${UNIT_DEPS} ${UNIT_LIBS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE POLYGATE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                                  POLYGATE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  # As one text: three quarters of a build's time would go into the headers that tests share.
  set_target_properties(${name}_test PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  add_test(NAME unit.${name} COMMAND ${name}_test)
endfunction()

# polygate_fuzzer(NAME DEPS rooms...): tests/fuzz/NAME_fuzzer.cpp, run by scripts/test for a bounded time.
function(polygate_fuzzer name)
  cmake_parse_arguments(FUZZ "" "" "DEPS;LIBS" ${ARGN})
  list(TRANSFORM FUZZ_DEPS PREPEND polygate_)
  add_executable(${name}_fuzzer ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${name}_fuzzer.cpp)
  target_link_libraries(${name}_fuzzer PRIVATE ${FUZZ_DEPS} ${FUZZ_LIBS})
  target_link_options(${name}_fuzzer PRIVATE -fsanitize=fuzzer)
endfunction()
