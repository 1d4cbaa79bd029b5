// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport
import Patterns

/// A pattern, a zero byte and a subject.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    let parts = FuzzInput.parts(bytes, count: 2)
    let match = OSMatch(parts[0])
    let subject = parts[1]
    if match.matches(subject.span) {
        precondition(Necessity.allows(.osmatch(match), subject), "a needed text is missing")
    }
    return 0
}

@_cdecl("FuzzOSMatch_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
