// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The attributes of a `<rule>`.
///
/// Source: analysis-engine.md §5.2.
struct RuleAttributes {
    let id: Int
    let level: Int
    var minimumSize = 0
    var timeframe: Int
    var frequency: Int?
    /// Whether `accuracy="0"` puts the rule behind all others.
    var isInaccurate = false
    var isSilent = false
    var ignoreSeconds = 0
    var overwrites = false
    /// Where `frequency` stands.
    var frequencyLocation: SourceLocation?

    static let words = [
        "id", "level", "maxsize", "timeframe", "frequency", "accuracy", "noalert", "ignore",
        "overwrite",
    ]

    /// Where the rule sorts among its siblings: greater first (§5.5).
    var sortKey: Int {
        if isInaccurate { return level == 0 ? 99 : level }
        return level == 0 ? 9900 : level * 100
    }

    /// The level that the rule has in the end.
    ///
    /// - Compatibility: level 0 with accuracy 0 becomes 99, as in Wazuh.
    var effectiveLevel: Int { isInaccurate && level == 0 ? 99 : level }
}

/// Reads the attributes of one rule.
struct RuleAttributeReader {
    private var id: Int?
    private var level: Int?
    private var minimumSize = 0
    private var timeframe: Int
    private var frequency: Int?
    private var isInaccurate = false
    private var isSilent = false
    private var ignoreSeconds = 0
    private var overwrites = false
    private var frequencyLocation: SourceLocation?

    /// The attributes; nil, and reported, when the id is missing or wrong.
    ///
    /// A rule whose level is wrong is kept, so that its children are not blamed.
    static func read(
        _ element: SourceElement,
        _ context: inout LoadingContext
    ) -> RuleAttributes? {
        var reader = RuleAttributeReader(timeframe: context.settings.defaultTimeframe)
        for attribute in element.attributes { reader.read(attribute, &context.log) }
        return reader.finish(element, &context.log)
    }

    private init(timeframe: Int) {
        self.timeframe = timeframe
    }

    private func finish(
        _ element: SourceElement,
        _ log: inout DiagnosticLog
    ) -> RuleAttributes? {
        for word in ["id", "level"] where !element.attributes.contains(where: { $0.word == word }) {
            log.error(.missingAttribute, at: element.location, "a rule without \(word)")
        }
        guard let id else { return nil }
        return RuleAttributes(
            id: id,
            level: level ?? 0,
            minimumSize: minimumSize,
            timeframe: timeframe,
            frequency: frequency,
            isInaccurate: isInaccurate,
            isSilent: isSilent,
            ignoreSeconds: ignoreSeconds,
            overwrites: overwrites,
            frequencyLocation: frequencyLocation
        )
    }

    private mutating func read(_ attribute: SourceAttribute, _ log: inout DiagnosticLog) {
        switch attribute.word {
        case "id": id = Self.number(attribute, digits: 6, in: 1...999_999, &log)
        case "level": level = Self.number(attribute, in: 0...16, &log)
        case "maxsize": minimumSize = Self.number(attribute, digits: 4, &log) ?? 0
        case "timeframe":
            timeframe = Self.number(attribute, digits: 5, &log) ?? timeframe
        case "frequency":
            frequency = Self.number(attribute, in: 2...9999, &log)
            frequencyLocation = attribute.location
        case "accuracy": isInaccurate = Self.number(attribute, &log) == 0
        case "ignore": ignoreSeconds = Self.number(attribute, digits: 6, &log) ?? 0
        case "noalert": isSilent = Self.choice(attribute, no: "0", yes: "1", &log)
        case "overwrite": overwrites = Self.choice(attribute, no: "no", yes: "yes", &log)
        default:
            log.error(
                .unknownAttribute,
                at: attribute.location,
                "a rule has no attribute \"\(attribute.name)\"",
                hint: WordSuggestion.hint(for: attribute.name, among: RuleAttributes.words)
            )
        }
    }

    private static func choice(
        _ attribute: SourceAttribute,
        no: String,
        yes: String,
        _ log: inout DiagnosticLog
    ) -> Bool {
        let value = attribute.valueWord
        if value != no, value != yes {
            log.warning(
                .badAttribute,
                at: attribute.location,
                "\(attribute.word)=\"\(attribute.string)\" counts as \(no)",
                hint: "it is \(no) or \(yes)"
            )
        }
        return value == yes
    }

    /// A number of decimal digits; nothing at all is 0.
    ///
    /// Wazuh reads the first `digits` of it and leaves the others.
    private static func number(
        _ attribute: SourceAttribute,
        digits: Int = 9,
        in range: ClosedRange<Int> = 0...999_999_999,
        _ log: inout DiagnosticLog
    ) -> Int? {
        let isNumber = attribute.value.allSatisfy { (0x30...0x39).contains($0) }
        let leading = attribute.value.prefix(digits)
        let value = leading.reduce(0) { $0 * 10 + Int($1 & 0x0F) }
        let isCut = attribute.value.count > digits
        let identifies = attribute.word == "id" || attribute.word == "level"
        if isNumber, range.contains(value), !(isCut && identifies) {
            if isCut {
                log.warning(
                    .badAttribute,
                    at: attribute.location,
                    "\(attribute.word)=\"\(attribute.string)\" counts as \(value): "
                        + "\(digits) digits are read"
                )
            }
            return value
        }
        log.error(
            .badAttribute,
            at: attribute.location,
            "\(attribute.word)=\"\(attribute.string)\" is no number "
                + "from \(range.lowerBound) to \(range.upperBound)"
        )
        return nil
    }
}
