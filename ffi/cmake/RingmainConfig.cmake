# find_package(Ringmain) gives Ringmain::ringmain, and Ringmain::ringmain_static.
get_filename_component(_ringmain_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET Ringmain::ringmain)
  add_library(Ringmain::ringmain SHARED IMPORTED)
  set_target_properties(Ringmain::ringmain PROPERTIES
    IMPORTED_LOCATION "${_ringmain_prefix}/lib/libringmain.so"
    IMPORTED_SONAME "libringmain.so.0"
    INTERFACE_INCLUDE_DIRECTORIES "${_ringmain_prefix}/include")
  add_library(Ringmain::ringmain_static STATIC IMPORTED)
  set_target_properties(Ringmain::ringmain_static PROPERTIES
    IMPORTED_LOCATION "${_ringmain_prefix}/lib/libringmain.a"
    IMPORTED_LINK_INTERFACE_LANGUAGES "C"
    INTERFACE_LINK_LIBRARIES "@PRIVATE@"
    INTERFACE_INCLUDE_DIRECTORIES "${_ringmain_prefix}/include")
endif()
unset(_ringmain_prefix)
