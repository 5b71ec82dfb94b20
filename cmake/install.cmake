# What `cmake --install` puts in place: the program with its manual page and completions, and the library with its
# headers, pkg-config file and CMake package. The library is static, so both name everything that it needs.
include(CMakePackageConfigHelpers)

install(TARGETS pare RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS libpare ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pare DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# --- printed by the program itself -----------------------------------------------------------------
set(PARE_PRINTED "")
function(pare_print what file destination)
  set(out ${PROJECT_BINARY_DIR}/printed/${file})
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DPARE=$<TARGET_FILE:pare> -DWHAT=${what} -DOUT=${out}
            -P ${PROJECT_SOURCE_DIR}/cmake/generate.cmake
    DEPENDS pare ${PROJECT_SOURCE_DIR}/cmake/generate.cmake VERBATIM)
  install(FILES ${out} DESTINATION ${destination})
  set(PARE_PRINTED ${PARE_PRINTED} ${out} PARENT_SCOPE)
endfunction()

if(NOT CMAKE_CROSSCOMPILING)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/printed)
  pare_print(man pare.1 ${CMAKE_INSTALL_MANDIR}/man1)
  pare_print(complete-bash pare ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  pare_print(complete-zsh _pare ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  pare_print(complete-fish pare.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  pare_print(schema pare-policy.schema.json ${CMAKE_INSTALL_DATADIR}/pare)
  add_custom_target(pare_printed ALL DEPENDS ${PARE_PRINTED})
endif()

# --- for programs that use the library -------------------------------------------------------------
set(PARE_NEEDS libpcre2-8 yaml-0.1 libcrypto zlib)
if(ISAL_FOUND)
  list(APPEND PARE_NEEDS libisal)
endif()
if(LIBDEFLATE_FOUND)
  list(APPEND PARE_NEEDS libdeflate)
endif()
list(JOIN PARE_NEEDS ", " PARE_PC_REQUIRES)
list(JOIN PARE_NEEDS " " PARE_NEEDS)
foreach(which LIBDIR INCLUDEDIR) # relative to the prefix where they are, so that the tree can be moved
  if(IS_ABSOLUTE ${CMAKE_INSTALL_${which}})
    set(PARE_PC_${which} ${CMAKE_INSTALL_${which}})
  else()
    set(PARE_PC_${which} "\${prefix}/${CMAKE_INSTALL_${which}}")
  endif()
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/pare.pc.in ${PROJECT_BINARY_DIR}/pare.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pare.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/pareConfig.cmake.in ${PROJECT_BINARY_DIR}/pareConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pare PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pareConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pareConfig.cmake ${PROJECT_BINARY_DIR}/pareConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pare)
