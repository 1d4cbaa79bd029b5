// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Counts what one thread allocates: objects, and with them the buffers of
/// arrays.
///
/// The runtime lets instruments stand in for its allocator: it calls what
/// `_swift_allocObject` points to when the flag beside it is set. Nothing is
/// counted of other threads, nor of what C code allocates.
///
/// While the flag is set, all threads take the runtime's other way to retain and
/// release, and with Swift 6.3.1 that way reads through the pointer that a short
/// string has in place of an object: any thread that retains one ends the
/// process. So a test counts in a process of its own (an exit test), where no
/// other test runs.
enum AllocationCounter {
    fileprivate typealias Allocate =
        @convention(c) (UnsafeRawPointer?, Int, Int) -> UnsafeMutableRawPointer?

    /// Whether the runtime at hand can be asked.
    static var isAvailable: Bool { entry != nil && flag != nil }

    private static var entry: UnsafeMutablePointer<Allocate>? {
        dlsym(nil, "_swift_allocObject")?.assumingMemoryBound(to: Allocate.self)
    }

    private static var flag: UnsafeMutablePointer<UInt8>? {
        let name = "_swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly"
        return dlsym(nil, name)?.assumingMemoryBound(to: UInt8.self)
    }

    /// How many objects `body` allocates; one call at a time.
    static func count(_ body: () -> Void) -> Int {
        guard let entry, let flag else { return 0 }
        let original = entry.pointee
        state.original.store(
            unsafeBitCast(original, to: UInt.self),
            ordering: .sequentiallyConsistent
        )
        state.count.store(0, ordering: .sequentiallyConsistent)
        state.thread.store(UInt(pthread_self()), ordering: .sequentiallyConsistent)
        entry.pointee = countingAllocate
        flag.pointee = 1
        body()
        flag.pointee = 0
        entry.pointee = original
        state.thread.store(0, ordering: .sequentiallyConsistent)
        return state.count.load(ordering: .sequentiallyConsistent)
    }

    fileprivate static let state = State()

    fileprivate final class State: Sendable {
        let original = Atomic<UInt>(0)
        let thread = Atomic<UInt>(0)
        let count = Atomic<Int>(0)
    }
}

private let countingAllocate: AllocationCounter.Allocate = { metadata, size, alignmentMask in
    let state = AllocationCounter.state
    if state.thread.load(ordering: .relaxed) == UInt(pthread_self()) {
        state.count.wrappingAdd(1, ordering: .relaxed)
    }
    let original = unsafeBitCast(
        state.original.load(ordering: .relaxed),
        to: AllocationCounter.Allocate.self
    )
    return original(metadata, size, alignmentMask)
}
