// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Testing
import WebAttacks

@Suite("Requests made to hurt")
struct HostileRequestTests {
    /// Pieces that one language or another reads.
    private static let pieces = [
        "'", "\"", "`", "%27", "%2527", "/**/", "/*", "--", "#", ";", "|", "&", "$(", "${", "{{",
        "<", "<!--",
        "<script", "../", "..%2f", "%c0%ae", "%u0027", "&#x27;", "select ", "union ", "or 1=1", "(",
        ")", "[",
        "]", "=", "\\x27", "\\u0027", "0x2e", "+", "a", " ", "\u{0}", "\r\n", "@{[", "http://",
        "c:\\", "jndi:",
        "*", "?", "<?", "$a", "::", "o:8:", "ADw-", "%", "%%", "\u{FF07}", "case when ", "exec(",
        "on", "onx=",
    ]

    @Test(
        "random pieces and bytes never trap, and evidence lies within its value",
        arguments: 1...8
    )
    func random(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var detector = WebAttackDetector()
        for _ in 0..<400 {
            var target = Array("/a?x=".utf8)
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                if Bool.random(using: &generator) {
                    target += Array((Self.pieces.randomElement(using: &generator) ?? "").utf8)
                } else {
                    target.append(UInt8.random(in: 0...255, using: &generator))
                }
            }
            let found = detector.inspect(
                target: target.span,
                userAgent: target.span,
                referrer: target.span
            )
            for attack in found {
                #expect(attack.evidence.upperBound <= attack.decoded.count, "seed \(seed)")
                #expect((50...100).contains(attack.score), "seed \(seed)")
            }
        }
    }

    @Test("every prefix of an attack is read without a trap")
    func prefixes() {
        var detector = WebAttackDetector()
        let text =
            "/a?x=%2527'\"/**/union select ${${lower:j}ndi:a} {{7*7}} <!--#exec <svg/onload=x> ;c'a't /e?c/p*"
        for count in 0...text.utf8.count {
            let target = Array(text.utf8.prefix(count))
            let reverse = Array(target.reversed())
            _ = detector.inspect(
                target: target.span,
                userAgent: reverse.span,
                referrer: target.span
            )
        }
    }

    @Test("64 KB of anything cost little: the work is bounded, and what was cut is counted")
    func bounded() {
        let clock = ContinuousClock()
        for piece in Self.pieces {
            var detector = WebAttackDetector()
            var target = Array("/x?q=".utf8)
            while target.count < 65_536 { target += Array(piece.utf8) }
            let none: [UInt8] = []
            let duration = clock.measure {
                for _ in 0..<10 {
                    _ = detector.inspect(
                        target: target.span,
                        userAgent: none.span,
                        referrer: none.span
                    )
                }
            }
            // A debug build on a busy machine takes a hundred times what a release does.
            #expect(duration < .seconds(2), "\(piece)")
            #expect(detector.counters.cutTexts == 10)
        }
    }

    @Test("parameters beyond the limit are counted")
    func manyParameters() {
        var detector = WebAttackDetector()

        _ = attacks("/?" + Array(repeating: "a=1", count: 100).joined(separator: "&"), &detector)

        #expect(detector.counters.surplusParameters == 36)
    }
}
