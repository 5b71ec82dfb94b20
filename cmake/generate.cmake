# Run `pare --generate WHAT` and keep what it prints: manual page and completions come from the program's own tables.
#   cmake -DPARE=path/to/pare -DWHAT=man -DOUT=pare.1 -P generate.cmake
execute_process(COMMAND ${PARE} --generate ${WHAT} OUTPUT_FILE ${OUT} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  file(REMOVE ${OUT})
  message(FATAL_ERROR "pare --generate ${WHAT}: ${result}")
endif()
