# The target polygate_plugin_headers: what gateway and plugins share of the include path.
#
# It makes gateway/plugin/abi.h in the build folder, with a digest of every header that stands on both sides of the plugin
# boundary. A plugin that was compiled against other headers carries another digest, and the loader refuses it.
set(shared_headers
  gateway/plugin/abi.h.in
  gateway/plugin/emission.h
  gateway/plugin/enquiry.h
  gateway/plugin/files.h
  gateway/plugin/plugin.h
  gateway/plugin/random.h
  gateway/store/store.h
  gateway/base/clock.h
  gateway/base/json.h
  gateway/base/reason.h
  gateway/base/result.h)

set(POLYGATE_HEADERS_DIGEST "")
foreach(header ${shared_headers})
  file(SHA256 ${CMAKE_SOURCE_DIR}/${header} digest)
  string(APPEND POLYGATE_HEADERS_DIGEST ${digest})
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${header})
endforeach()
string(SHA256 POLYGATE_HEADERS_DIGEST ${POLYGATE_HEADERS_DIGEST})
string(SUBSTRING ${POLYGATE_HEADERS_DIGEST} 0 16 POLYGATE_HEADERS_DIGEST)
configure_file(${CMAKE_SOURCE_DIR}/gateway/plugin/abi.h.in ${CMAKE_BINARY_DIR}/include/gateway/plugin/abi.h @ONLY)

add_library(polygate_plugin_headers INTERFACE)
target_include_directories(polygate_plugin_headers INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/include)
# Inline code of simdjson.h needs its library wherever the compiler does not throw it away.
target_link_libraries(polygate_plugin_headers INTERFACE simdjson::simdjson)
