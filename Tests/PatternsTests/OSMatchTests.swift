// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns
import Testing

@Suite("os_match")
struct OSMatchTests {
    @Test("text is found wherever it stands and of any length, and nowhere else")
    func everyPlace() {
        let filler = Array("xyzXYZ0123456789-./xyzXYZ0123456789-./xyzXYZ0123456789".utf8)
        for length in 1...20 {
            let needle = Array("NeedleNeedleNeedleNeedle".utf8.prefix(length))
            let match = OSMatch(needle)
            #expect(!match.matches(filler))
            for place in 0...filler.count {
                let subject = filler[..<place] + needle.map { $0 ^ 0x20 } + filler[place...]
                #expect(match.matches(Array(subject)), "\(length) bytes at \(place)")
            }
        }
    }

    @Test("only ASCII letters have a case")
    func caseOfBytes() {
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "|") {
            for other in UInt8.min...UInt8.max {
                let isLetter = (0x41...0x5A).contains(byte & 0xDF)
                let isEqual = byte == other || isLetter && byte ^ 0x20 == other
                let pattern: [UInt8] = [0x61, byte, 0x61]
                let subject: [UInt8] = [0x61, other, 0x61]
                #expect(OSMatch(pattern).matches(subject) == isEqual, "\(byte) \(other)")
            }
        }
    }

    @Test("a suffix or prefix longer than the subject is no match")
    func longerThanSubject() {
        for pattern in ["^abcd", "abcd$", "^abcd$", "abcd"] {
            #expect(!OSMatch(pattern.utf8).matches(Array("abc".utf8)))
            #expect(!OSMatch(pattern.utf8).matches([UInt8]()))
        }
    }

    @Test("a word match without text matches nothing")
    func emptyWordMatch() {
        #expect(!WordMatch("".utf8).matches(Array("abc,".utf8)))
        #expect(!WordMatch("".utf8).matches([UInt8]()))
        #expect(WordMatch("|".utf8).matches(Array("abc,".utf8)))
        #expect(!WordMatch("zz||yy".utf8).matches(Array("abc,".utf8)))
    }
}
