// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Testing
import Vulnerabilities

/// Versions of one scheme, oldest first; those on one line are the same.
private struct Ladder: CustomTestStringConvertible, Sendable {
    let scheme: VersionScheme
    let steps: [[String]]

    var testDescription: String { scheme.rawValue }

    init(_ scheme: VersionScheme, _ steps: String) {
        self.scheme = scheme
        self.steps = steps.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }
}

private let ladders = [
    Ladder(
        .debian,
        """
        0~~ 0~~-0
        0~
        0 0-0 0:0 00
        0a
        0+
        1.0~rc1-1
        1.0 1.0-0 0:1.0 1.00
        1.0-1
        1.0-1+b1
        1.0-1+deb12u1
        1.0-2~bpo1
        1.0-2
        1.0a
        1.0+dfsg-1
        1.0.1
        1.2-3-4
        1.9
        1.10
        99999999999999999999999999
        100000000000000000000000000
        1:0.1
        2:0
        """
    ),
    Ladder(
        .rpm,
        """
        1.0~rc1
        1.0~rc2
        1.0
        1.0^
        1.0^git1
        1.0^git2
        1.0.a
        1.0.1 1_0_1 1.0..1 1.00.01
        1.0.1a
        1.0.1.1
        2.0-1.el9
        2.0-1.el9_1
        2.0-2.el9
        2.1
        10
        10xyz
        10.1xyz
        20000000000000000000001
        1:0.1-1
        """
    ),
    Ladder(
        .alpine,
        """
        1.0_alpha
        1.0_alpha2
        1.0_beta
        1.0_pre1
        1.0_rc1
        1.0_rc10
        1.0
        1.0-r0
        1.0-r1
        1.0-r10
        1.0_git20200101
        1.0_p1
        1.0_p1-r1
        1.0a
        1.0b
        1.0.1
        1.01
        1.1
        1.9
        1.10
        2
        """
    ),
    Ladder(
        .semantic,
        """
        0.0.0-20200101000000-abcdef v0.0.0-20200101000000-abcdef
        0 0.0 0.0.0 v0.0.0
        1.0.0-alpha
        1.0.0-alpha.1
        1.0.0-alpha.beta
        1.0.0-beta
        1.0.0-beta.2
        1.0.0-beta.11
        1.0.0-rc.1 v1.0.0-RC.1
        1.0.0 1 v1.0 1.0.0+build 1.0.0.0
        1.0.0.1
        1.0.1
        1.9.0
        1.10.0
        2.0.0+incompatible 2
        """
    ),
    Ladder(
        .python,
        """
        1.0.dev456 1.0dev456 1.0-DEV456
        1.0a1 1.0alpha1 1.0.a.1 1.0-A1
        1.0a2.dev456
        1.0a12.dev456
        1.0a12
        1.0b1.dev456
        1.0b2
        1.0b2.post345.dev456
        1.0b2.post345
        1.0rc1.dev456
        1.0rc1 1.0c1 1.0pre1
        1.0 1 v1.0.0 1.0.0.0
        1.0+abc.5
        1.0+abc.7
        1.0+5
        1.0.post456.dev34
        1.0.post456 1.0-456 1.0r456
        1.0.15
        1.1.dev1
        1.10
        1!0.1
        """
    ),
    Ladder(
        .maven,
        """
        1-alpha2snapshot
        1-alpha2 1a2 1-a2
        1-alpha-123
        1-beta-2
        1-beta123
        1-m2
        1-m11
        1-rc
        1-cr2 1-rc2
        1-rc123
        1-SNAPSHOT
        1 1.0 1.0.0 1-ga 1.final 1-release
        1-sp
        1-sp2
        1-sp123
        1-abc
        1-def
        1-pom-1
        1-1-snapshot
        1-1
        1-2
        1-123
        1.1
        1.9
        1.10
        """
    ),
    Ladder(
        .gem,
        """
        1.0.0.a1
        1.0.0.a2
        1.0.0.a10
        1.0.0.beta
        1.0.0-rc1 1.0.0.pre.rc1
        1.0.0.rc1
        1.0.0 1 1.0
        1.0.1
        1.9
        1.10
        2.0.0.pre
        2
        """
    ),
]

@Suite("Versions")
struct VersionTests {
    @Test("each version of a ladder is older than all above it, and as old as its own step")
    func order() {
        for ladder in ladders {
            let scheme = ladder.scheme
            for (low, lower) in ladder.steps.enumerated() {
                for (high, higher) in ladder.steps.enumerated() {
                    for left in lower {
                        for right in higher {
                            let order = scheme.compare(left, right).map { $0.signum() }
                            #expect(
                                order == (low - high).signum(),
                                "\(scheme): \(left) to \(right)"
                            )
                        }
                    }
                }
            }
        }
    }

    @Test(
        "Python's words may follow each other at once, with a separator behind each",
        arguments: [
            ("1.1cdev", "1.1rc0.dev0"), ("1-alphadev", "1a0.dev0"),
            ("1.0postdev", "1.0.post0.dev0"),
            ("1.0_pre9postdev", "1.0rc9.post0.dev0"), ("1.0a.", "1.0a0"), ("1c.-2", "1rc0.post2"),
        ]
    )
    func joined(_ text: String, _ normal: String) {
        #expect(VersionScheme.python.compare(text, normal) == 0)
    }

    @Test("a version with a zero byte is compared", arguments: VersionScheme.allCases)
    func zeroByte(scheme: VersionScheme) {
        for text in ["\0\0\01", "1\0", "\0", "1.\0-\0"] {
            for other in ["2", "", "1", "~", "\0"] {
                let order = scheme.compare(text, other).map { $0.signum() }
                #expect(scheme.compare(other, text).map { -$0.signum() } == order)
            }
        }
    }

    @Test(
        "what is no version of a scheme has no order",
        arguments: [
            (VersionScheme.alpine, "1.0_nonsense"), (.alpine, "x"), (.alpine, "1.0-1"),
            (.alpine, ""), (.semantic, "latest"), (.semantic, ""), (.python, "1.0-"),
            (.python, "french toast"), (.python, ""), (.gem, "1.0$"),
        ]
    )
    func nonsense(_ scheme: VersionScheme, _ text: String) {
        #expect(scheme.compare(text, "1.0") == nil)
        #expect(scheme.compare("1.0", text) == nil)
    }

    @Test("no text makes a comparison fail, and each order is the other's reverse")
    func anything() {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("0019ab~^_+-.:!rcdpostev\u{e9}")
        for _ in 0..<20_000 {
            let texts = (0..<2).map { _ in
                String(
                    (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                    }
                )
            }
            for scheme in VersionScheme.allCases {
                let order = scheme.compare(texts[0], texts[1])
                let reverse = scheme.compare(texts[1], texts[0])
                #expect(
                    order?.signum() == reverse.map { -$0.signum() },
                    "seed 11, \(scheme): \(texts)"
                )
                if order != nil { #expect(scheme.compare(texts[0], texts[0]) == 0) }
            }
        }
    }

    @Test("a version of a hundred thousand parts is compared")
    func enormous() {
        let long = String(repeating: "1-a.", count: 100_000)
        for scheme in VersionScheme.allCases {
            let order = scheme.compare(long, long)
            #expect(order == nil || order == 0, "\(scheme)")
        }
    }
}
