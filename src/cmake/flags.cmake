# Compiler flags, each group with its reason.

add_compile_definitions(_GNU_SOURCE) # clock_gettime, qsort_r, flock and friends
add_compile_definitions(GOLDLEAF_VERSION="${PROJECT_VERSION}")

# A warning is an error: it is either a fault or noise, and both have to go.
add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
                    -Wvla -Wformat=2 -Werror)
# Symbols of ours must not replace those inside the libraries that we link.
add_compile_options(-fvisibility=hidden)

if(GOLDLEAF_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
    # gcc sees phantom null formats behind the checks that the sanitizer adds
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-Wno-format-truncation)
    endif()
else()
    # Hardening that costs next to nothing: checked buffers, canaries, read-only relocations.
    add_compile_options(-fstack-protector-strong -fstack-clash-protection)
    add_compile_options($<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
    add_link_options(-pie -Wl,-z,relro,-z,now)
endif()
