// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// How the C library shares out memory among threads, and when it gives it back.
enum MemoryArenas {
    /// Two arenas for all threads, instead of eight for each core.
    ///
    /// What one thread frees stays in its arena: with the usual number, all
    /// questions over ten million alerts left 291 MB resident, with two 145
    /// (docs/benchmarks/2026-11-27-store.md). `MALLOC_ARENA_MAX` in the environment
    /// says otherwise.
    ///
    /// Source: mallopt(3), `M_ARENA_MAX`.
    static func limit() {
        guard getenv("MALLOC_ARENA_MAX") == nil else { return }
        _ = jaga_limit_arenas(2)
        _ = jaga_return_blocks(returnedBytes)
    }

    /// Large blocks go back to the system when they are freed.
    ///
    /// By itself the C library raises this limit to the largest block it has seen
    /// freed (mallopt(3), `M_MMAP_THRESHOLD`), and what batches, segments and answers
    /// needed once stays resident for good: at 100,000 events a second 110 MB
    /// instead of 98 (docs/benchmarks/2026-11-27-engine-4.md).
    private static let returnedBytes: Int32 = 256 << 10

    /// Gives back the machine code that only starting needed: of a release build, half of what was
    /// resident of it.
    ///
    /// What runs on is read again from the page cache, 16 pages at a time. A debugger's break points
    /// would be lost, so a build for debugging keeps it.
    static func releaseCode() {
        #if !DEBUG
            jaga_release_code()
        #endif
    }
}
