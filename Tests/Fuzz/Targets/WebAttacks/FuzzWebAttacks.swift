// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport
import WebAttacks

/// The detector keeps its buffers from input to input, as the engine's does.
private nonisolated(unsafe) var detector = WebAttackDetector()

/// A target, a user agent and a referrer, parted by zero bytes: what is found lies within
/// its value, and an explanation says the same.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let parts = FuzzInput.parts(FuzzInput.bytes(start, count), count: 3)
    let (target, userAgent, referrer) = (parts[0], parts[1], parts[2])
    let found = detector.inspect(
        target: target.span,
        userAgent: userAgent.span,
        referrer: referrer.span
    )
    for attack in found {
        precondition(attack.evidence.upperBound <= attack.decoded.count)
        precondition((WebAttack.threshold...100).contains(attack.score))
    }
    let explained = WebAttackExplanation(
        target: parts[0],
        userAgent: parts[1],
        referrer: parts[2]
    )
    precondition(explained.attacks == found)
    return 0
}

@_cdecl("FuzzWebAttacks_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
