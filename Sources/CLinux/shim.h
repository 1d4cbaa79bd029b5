/* Jaga - container security monitor
 * SPDX-License-Identifier: Apache-2.0
 *
 * What Swift's Glibc module leaves out, or does not give reliably.
 *
 * stat(2) in a type of our own: Swift 6.3 takes `struct stat` for CoreFoundation's as soon as Foundation is
 * loaded anywhere in the module, and then refuses its members
 * (MemberImportVisibility), depending on how files are batched. */
#ifndef JAGA_SYSTEM_H
#define JAGA_SYSTEM_H

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

struct jaga_file_status {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t links;
    int64_t modified_seconds;
    int64_t modified_nanoseconds;
    bool is_regular_file;
    bool is_folder;
    uint32_t owner;
    uint32_t group;
    /* Permissions, as chmod(2) takes them. */
    uint32_t mode;
};

static inline struct jaga_file_status jaga_file_status_from(const struct stat *raw) {
    struct jaga_file_status status = {
        .device = raw->st_dev,
        .inode = raw->st_ino,
        .size = raw->st_size,
        .links = (int64_t)raw->st_nlink,
        .modified_seconds = raw->st_mtim.tv_sec,
        .modified_nanoseconds = raw->st_mtim.tv_nsec,
        .is_regular_file = S_ISREG(raw->st_mode),
        .is_folder = S_ISDIR(raw->st_mode),
        .owner = raw->st_uid,
        .group = raw->st_gid,
        .mode = raw->st_mode & 07777,
    };
    return status;
}

/* As stat(2): 0, or -1 and errno. */
static inline int jaga_file_status_at(const char *path, struct jaga_file_status *status) {
    struct stat raw;
    if (stat(path, &raw) != 0) return -1;
    *status = jaga_file_status_from(&raw);
    return 0;
}

/* As lstat(2): of a symbolic link itself. */
static inline int jaga_link_status_at(const char *path, struct jaga_file_status *status) {
    struct stat raw;
    if (lstat(path, &raw) != 0) return -1;
    *status = jaga_file_status_from(&raw);
    return 0;
}

/* As fstat(2): 0, or -1 and errno. */
static inline int jaga_file_status_of(int descriptor, struct jaga_file_status *status) {
    struct stat raw;
    if (fstat(descriptor, &raw) != 0) return -1;
    *status = jaga_file_status_from(&raw);
    return 0;
}

/* As mallopt(3) with M_ARENA_MAX: at most so many arenas for all threads. */
static inline int jaga_limit_arenas(int count) { return mallopt(M_ARENA_MAX, count); }

/* As mallopt(3) with M_MMAP_THRESHOLD and M_TRIM_THRESHOLD: blocks of so many bytes are mapped for themselves,
   and so many free ones at a heap's end are given back. */
static inline int jaga_return_blocks(int bytes) {
    return mallopt(M_MMAP_THRESHOLD, bytes) && mallopt(M_TRIM_THRESHOLD, bytes);
}

/* Declared by the system's headers for _GNU_SOURCE only: what dl_iterate_phdr(3) tells of an object begins so. */
struct jaga_loaded_object {
    ElfW(Addr) address;
    const char *name;
    const ElfW(Phdr) *headers;
    ElfW(Half) header_count;
};
extern int dl_iterate_phdr(int (*visit)(struct jaga_loaded_object *, size_t, void *), void *context);

static inline int jaga_release_code_of(struct jaga_loaded_object *object, size_t size, void *context) {
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (ElfW(Half) at = 0; at < object->header_count; at++) {
        const ElfW(Phdr) *header = &object->headers[at];
        if (header->p_type != PT_LOAD || !(header->p_flags & PF_X) || (header->p_flags & PF_W)) continue;
        const uintptr_t start = (object->address + header->p_vaddr + page - 1) & ~(page - 1);
        const uintptr_t end = (object->address + header->p_vaddr + header->p_filesz) & ~(page - 1);
        if (end > start) (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

/* Lets go of the machine code of all loaded objects: segments that are never written, so that what is needed is
   read from the page cache again (madvise(2), MADV_DONTNEED). Break points of a debugger are lost. */
static inline void jaga_release_code(void) { dl_iterate_phdr(jaga_release_code_of, NULL); }

/* Whether the kernel takes the clock for synchronised: 1 or 0, -1 when it does not say. */
static inline int jaga_clock_is_synchronised(void) {
    struct timex raw = {.modes = 0};
    if (adjtimex(&raw) < 0) return -1;
    return (raw.status & STA_UNSYNC) ? 0 : 1;
}

/* Declared by the system's headers for _GNU_SOURCE only. */
extern int pipe2(int ends[2], int flags);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

/* As pipe2(2) with O_CLOEXEC: no child of another thread gets the ends. */
static inline int jaga_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

/* As posix_spawn_file_actions_addchdir_np(3): the child begins in a folder. */
static inline int jaga_spawn_in(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

#endif
