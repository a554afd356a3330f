# Turns files into one C file with a byte array each and the table that base/asset.h describes.
#
#   cmake -DROOT=<folder> -DNAMES=<name,name=path,...> -DOUTPUT=<file.c> -P embed.cmake
#
# Names are relative to ROOT and become the names in the table; a file that lies elsewhere is
# name=path. Run at build time, with every file and this script among the command's DEPENDS. Byte
# arrays, because a string literal is limited to 4,095 bytes in ISO C; a NUL that the size does not
# count ends each one. Styles and scripts get their SHA-256, as a page's policy names them.

cmake_minimum_required(VERSION 3.25)

foreach(variable ROOT NAMES OUTPUT)
    if(NOT DEFINED ${variable})
        message(FATAL_ERROR "embed.cmake: ${variable} is not set")
    endif()
endforeach()

# The hexadecimal digits of 32 bytes as base64: three bytes are four letters, and two are left over.
set(base64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
function(hex_to_base64 hex out)
    set(text "")
    foreach(group RANGE 10)
        math(EXPR start "${group} * 6")
        string(SUBSTRING "${hex}00" ${start} 6 digits)
        foreach(shift 18 12 6 0)
            math(EXPR letter "(0x${digits} >> ${shift}) & 63")
            string(SUBSTRING "${base64}" ${letter} 1 letter)
            string(APPEND text "${letter}")
        endforeach()
    endforeach()
    string(REGEX REPLACE ".$" "=" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

string(REPLACE "," ";" names "${NAMES}")
list(REMOVE_DUPLICATES names)
list(SORT names COMPARE STRING) # asset_find() searches by halves

# One regular expression over a whole file is fast; one CMake command per byte would not be.
string(REPEAT "[0-9a-f][0-9a-f]" 20 line_of_bytes)
set(arrays "")
set(rows "")
set(index 0)
foreach(entry IN LISTS names)
    set(name "${entry}")
    set(path "${ROOT}/${entry}")
    if(entry MATCHES "^([^=]*)=(.*)$")
        set(name "${CMAKE_MATCH_1}")
        set(path "${CMAKE_MATCH_2}")
    endif()
    set(hash NULL)
    if(name MATCHES "\\.(css|js)$")
        file(SHA256 "${path}" hash)
        hex_to_base64(${hash} hash)
        set(hash "\"${hash}\"")
    endif()
    file(SIZE "${path}" size)
    file(READ "${path}" bytes HEX)
    string(REGEX REPLACE "(${line_of_bytes})" "\\1\n    " bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays
           "/* ${name} */\nstatic const unsigned char data_${index}[] = {\n    ${bytes}0x00};\n\n")
    string(APPEND rows "    {\"${name}\", data_${index}, ${size}, ${hash}},\n")
    math(EXPR index "${index} + 1")
endforeach()

# A table of no rows is not C, so it always ends with an empty one that is not counted.
file(WRITE "${OUTPUT}"
     "/* Made by cmake/embed.cmake. */\n#include \"base/asset.h\"\n\n${arrays}"
     "const struct asset assets[] = {\n${rows}    {0},\n};\n\n"
     "const size_t asset_count = ${index};\n")
