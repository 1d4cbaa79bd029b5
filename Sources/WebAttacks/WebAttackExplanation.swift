// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How a request was taken apart, decoded and judged, for someone who asks why.
package struct WebAttackExplanation: Sendable {
    /// A part of the request.
    package struct Part: Sendable {
        package let place: WebAttack.Place
        /// The text as the log has it.
        package let raw: [UInt8]
        /// The text after each round of decoding; at least one.
        package let rounds: [Round]
        /// What was found in the part alone, the strongest first.
        package let attacks: [WebAttack]
    }

    /// A form of a part's text.
    package struct Round: Sendable {
        package let text: [UInt8]
        /// Words, numbers and marks, at most 64.
        package let tokens: [[UInt8]]
    }

    /// Path, parameters in order, then user agent and referrer if they were given.
    package let parts: [Part]
    /// What the request comes to, the strongest first.
    package let attacks: [WebAttack]

    /// - Complexity: As ``WebAttackDetector/inspect(target:userAgent:referrer:)``, for
    ///   each part.
    package init(target: [UInt8], userAgent: [UInt8], referrer: [UInt8]) {
        var detector = WebAttackDetector()
        attacks = detector.inspect(
            target: target.span,
            userAgent: userAgent.span,
            referrer: referrer.span
        )
        var split = RequestTarget()
        split.split(target.span, limit: WebAttackDetector.sizeLimit)
        let none: [UInt8] = []
        var parts = [
            Self.part(.path, Array(target[split.path]), isQuery: false) { text in
                detector.inspect(target: text.span, userAgent: none.span, referrer: none.span)
            }
        ]
        for parameter in split.parameters {
            let name = Array(target[parameter.name])
            let piece = Array("?".utf8) + Array(target[parameter.piece])
            parts.append(
                Self.part(.parameter(name), Array(target[parameter.value]), isQuery: true) { _ in
                    detector.inspect(target: piece.span, userAgent: none.span, referrer: none.span)
                }
            )
        }
        if !userAgent.isEmpty {
            parts.append(
                Self.part(.userAgent, userAgent, isQuery: false) { text in
                    detector.inspect(target: none.span, userAgent: text.span, referrer: none.span)
                }
            )
        }
        if !referrer.isEmpty {
            parts.append(
                Self.part(.referrer, referrer, isQuery: false) { text in
                    detector.inspect(target: none.span, userAgent: none.span, referrer: text.span)
                }
            )
        }
        self.parts = parts
    }

    private static func part(
        _ place: WebAttack.Place,
        _ raw: [UInt8],
        isQuery: Bool,
        _ judge: ([UInt8]) -> [WebAttack]
    ) -> Part {
        var decoder = ValueDecoder()
        var form = ValueForm(lexicon: Lexicon())
        decoder.start(raw.span, isQuery: isQuery)
        var rounds = [round(decoder.bytes, &form)]
        for _ in 0..<ValueDecoder.roundLimit where decoder.again() {
            rounds.append(round(decoder.bytes, &form))
        }
        return Part(place: place, raw: raw, rounds: rounds, attacks: judge(raw))
    }

    private static func round(_ text: [UInt8], _ form: inout ValueForm) -> Round {
        form.take(text)
        let tokens = form.tokens.prefix(64).map { Array(text[$0.range]) }
        return Round(text: text, tokens: tokens)
    }
}
