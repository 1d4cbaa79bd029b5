// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// The parts of alerts' `rule` and `decoder` objects that never change,
/// rendered once.
struct RuleTexts: Sendable {
    private struct Entry: Sendable {
        /// `,"id":…` up to what stands before `firedtimes`.
        let middle: Range<Int>
        /// `,"mail":…` up to the last array, without the closing brace.
        let tail: Range<Int>
        /// Whether the rule's groups contain `rootcheck`.
        let isRootcheck: Bool
    }

    private var bytes: [UInt8] = []
    private var rules: [Entry] = []
    /// `{"parent":…,"name":…}` of each decoder.
    private var decoders: [Range<Int>] = []

    init(_ ruleset: Ruleset) {
        for rule in ruleset.rules {
            let start = bytes.count
            appendMiddle(rule)
            let end = bytes.count
            appendTail(rule)
            rules.append(
                Entry(
                    middle: start..<end,
                    tail: end..<bytes.count,
                    isRootcheck: rule.metadata.groups.contains("rootcheck")
                )
            )
        }
        for decoder in ruleset.decoders {
            let start = bytes.count
            appendDecoder(decoder)
            decoders.append(start..<bytes.count)
        }
    }

    /// Appends `,"id":…` and what follows it up to `firedtimes`.
    func appendMiddle(of rule: Int, to output: inout [UInt8]) {
        output.append(span: bytes.span.extracting(rules[rule].middle))
    }

    /// Appends `,"mail":…` and the arrays.
    func appendTail(of rule: Int, to output: inout [UInt8]) {
        output.append(span: bytes.span.extracting(rules[rule].tail))
    }

    /// Appends the object `decoder`; `{}` without a decoder.
    func appendDecoder(_ decoder: Int?, to output: inout [UInt8]) {
        guard let decoder else {
            output.append(literal: "{}")
            return
        }
        output.append(span: bytes.span.extracting(decoders[decoder]))
    }

    /// Whether alerts of the rule take compliance arrays from the log (§7.2).
    func isRootcheck(_ rule: Int) -> Bool { rules[rule].isRootcheck }

    private mutating func appendMiddle(_ rule: Rule) {
        bytes.append(literal: ",\"id\":\"")
        bytes.appendDecimal(rule.id)
        bytes.append(literal: "\"")
        let metadata = rule.metadata
        if let mitre = metadata.mitre, !mitre.tactics.isEmpty {
            bytes.append(literal: ",\"mitre\":{\"id\":")
            Self.appendArray(mitre.ids, to: &bytes)
            bytes.append(literal: ",\"tactic\":")
            Self.appendArray(mitre.tactics, to: &bytes)
            bytes.append(literal: ",\"technique\":")
            Self.appendArray(mitre.techniques, to: &bytes)
            bytes.append(literal: "}")
        }
        if !metadata.cve.isEmpty {
            bytes.append(literal: ",\"cve\":")
            bytes.appendJSONString(metadata.cve)
        }
        if !metadata.info.isEmpty {
            bytes.append(literal: ",\"info\":")
            bytes.appendJSONString(metadata.info)
        }
        if let frequency = metadata.frequency {
            bytes.append(literal: ",\"frequency\":")
            bytes.appendDecimal(frequency)
        }
    }

    private mutating func appendTail(_ rule: Rule) {
        bytes.append(literal: ",\"mail\":")
        bytes.append(text: rule.options.mails ? "true" : "false")
        bytes.append(literal: ",\"groups\":")
        Self.appendArray(rule.metadata.groups, to: &bytes)
        for compliance in rule.metadata.compliance {
            bytes.append(literal: ",")
            bytes.appendJSONString(compliance.name)
            bytes.append(literal: ":")
            Self.appendArray(compliance.values, to: &bytes)
        }
    }

    private mutating func appendDecoder(_ decoder: LogDecoder) {
        bytes.append(literal: "{")
        if decoder.accumulates { bytes.append(literal: "\"accumulate\":1,") }
        if let parent = decoder.parentName {
            bytes.append(literal: "\"parent\":")
            bytes.appendJSONString(parent)
            bytes.append(literal: ",")
        }
        bytes.append(literal: "\"name\":")
        bytes.appendJSONString(decoder.name)
        if !decoder.firstTimeSeenComment.isEmpty {
            bytes.append(literal: ",\"ftscomment\":")
            bytes.appendJSONString(decoder.firstTimeSeenComment)
        }
        bytes.append(literal: "}")
    }

    /// Appends an array of strings.
    static func appendArray(_ values: [String], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.appendJSONString(value)
        }
        output.append(UInt8(ascii: "]"))
    }
}
