// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// How the C library shares out memory among threads.
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
    }
}
