// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting

/// A random os_regex of one alternative, both as text and as the transcript's
/// tokens.
struct RandomPattern {
    let text: String
    let begin: Bool
    let end: Bool
    let tokens: [OSRegexTranscript.Token]

    init(using generator: inout SeededGenerator) {
        var text = ""
        var tokens: [OSRegexTranscript.Token] = []
        begin = generator.next(below: 4) == 0
        end = generator.next(below: 4) == 0
        if begin { text = "^" }
        var isInGroup = false
        for _ in 0..<(1 + generator.next(below: 7)) {
            if generator.next(below: 5) == 0 {
                text += isInGroup ? ")" : "("
                isInGroup.toggle()
                tokens.append(.group)
            } else if generator.next(below: 2) == 0 {
                let letter = Self.literals[generator.next(below: Self.literals.count)]
                text.append(letter)
                tokens.append(.literal(Array(String(letter).utf8)[0]))
            } else {
                let (name, set) = Self.classes[generator.next(below: Self.classes.count)]
                text += name
                switch generator.next(below: 3) {
                case 0: tokens.append(.one(set))
                case 1:
                    text += "+"
                    tokens.append(.plus(set))
                default:
                    text += "*"
                    tokens.append(.star(set))
                }
            }
        }
        if isInGroup {
            text += ")"
            tokens.append(.group)
        }
        if end { text += "$" }
        self.text = text
        self.tokens = tokens
    }

    private static let literals: [Character] = ["a", "b", " ", "1", ":"]
    private static let classes: [(String, Set<UInt8>)] = [
        ("\\d", Set("0123456789".utf8)),
        ("\\w", Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-@_".utf8)),
        ("\\s", [0x20]),
        ("\\S", Set(UInt8.min...UInt8.max).subtracting([0x20])),
        ("\\.", Set(UInt8.min...UInt8.max)),
        ("\\(", [0x28]),
    ]
}
