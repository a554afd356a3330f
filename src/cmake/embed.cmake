# Turns files into one C file with a byte array each and the table that base/asset.h describes.
#
#   cmake -DROOT=<folder> -DNAMES=<name,name,...> -DOUTPUT=<file.c> -P embed.cmake
#
# Names are relative to ROOT and become the names in the table. Run at build time, with every file
# and this script among the command's DEPENDS. Byte arrays, because a string literal is limited to
# 4,095 bytes in ISO C; a NUL that the size does not count ends each one.

cmake_minimum_required(VERSION 3.25)

foreach(variable ROOT NAMES OUTPUT)
    if(NOT DEFINED ${variable})
        message(FATAL_ERROR "embed.cmake: ${variable} is not set")
    endif()
endforeach()

string(REPLACE "," ";" names "${NAMES}")
list(REMOVE_DUPLICATES names)
list(SORT names COMPARE STRING) # asset_find() searches by halves

# One regular expression over a whole file is fast; one CMake command per byte would not be.
string(REPEAT "[0-9a-f][0-9a-f]" 20 line_of_bytes)
set(arrays "")
set(rows "")
set(index 0)
foreach(name IN LISTS names)
    file(SIZE "${ROOT}/${name}" size)
    file(READ "${ROOT}/${name}" bytes HEX)
    string(REGEX REPLACE "(${line_of_bytes})" "\\1\n    " bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays
           "/* ${name} */\nstatic const unsigned char data_${index}[] = {\n    ${bytes}0x00};\n\n")
    string(APPEND rows "    {\"${name}\", data_${index}, ${size}},\n")
    math(EXPR index "${index} + 1")
endforeach()

# A table of no rows is not C, so it always ends with an empty one that is not counted.
file(WRITE "${OUTPUT}"
     "/* Made by cmake/embed.cmake. */\n#include \"base/asset.h\"\n\n${arrays}"
     "const struct asset assets[] = {\n${rows}    {0},\n};\n\n"
     "const size_t asset_count = ${index};\n")
