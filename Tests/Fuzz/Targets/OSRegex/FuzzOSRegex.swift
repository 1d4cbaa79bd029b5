// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport
import Patterns

/// A pattern, a zero byte and a subject: what a pattern needs, its matches have.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    let parts = FuzzInput.parts(bytes, count: 2)
    guard let regex = try? OSRegex(parts[0], capturing: true) else { return 0 }
    var captures = Captures()
    let subject = parts[1]
    let end = regex.firstMatch(in: subject.span, captures: &captures)
    precondition((end != nil) == Pattern.osregex(regex).matches(subject.span))
    for index in 0..<captures.count {
        precondition(captures[index].upperBound <= subject.count, "a capture beyond the subject")
    }
    if end != nil {
        precondition(Necessity.allows(.osregex(regex), subject), "a needed text is missing")
    }
    return 0
}

@_cdecl("FuzzOSRegex_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
