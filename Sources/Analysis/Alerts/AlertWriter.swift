// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Writes alerts as the JSON objects of `alerts.json`.
///
/// Source: analysis-engine.md §7.2; keys stand in its order.
struct AlertWriter: Sendable {
    /// Which record of an event is written.
    enum Kind {
        case alert
        /// Of everything that was read; it always has the event's text.
        case archive
    }

    /// What an alert says besides its event.
    struct Subject {
        let kind: Kind
        let context: SourceContext
        let time: Timestamp
        /// Index into ``Ruleset/rules``; nil for an event without a rule.
        let rule: Int?
        let firedCount: Int
        /// Byte position of the alert in its log.
        let offset: Int
        /// Of its event; 0 for none.
        let sequence: UInt64
        /// Its text was cut at a limit.
        let isTruncated: Bool
    }

    private let ruleset: Ruleset
    private let texts: RuleTexts
    /// What stands before an alert's id: `"manager":{"name":…},"id":"`.
    private let managerJSON: [UInt8]
    private var dataWriter = DataWriter()
    private var scratch: [UInt8] = []
    /// Where the last alert's `firedtimes` stands in the output; nil when it has none.
    private(set) var firedCountPlace: Range<Int>?
    /// Where the last alert's position stands in its `id`.
    private(set) var offsetPlace = 0..<0
    /// The second written last, with its text; many alerts share one.
    private var shownSecond: (seconds: Int64, offset: Int32)?
    private var shownTime: [UInt8] = []

    init(_ ruleset: Ruleset, managerName: String) {
        self.ruleset = ruleset
        texts = RuleTexts(ruleset)
        var manager: [UInt8] = []
        manager.append(literal: "\"manager\":{\"name\":")
        manager.appendJSONString(managerName)
        manager.append(literal: "},\"id\":\"")
        managerJSON = manager
    }

    /// Appends the alert's object, without a line end.
    mutating func append(
        _ subject: Subject,
        _ event: inout DecodedEvent,
        description: Span<UInt8>,
        _ previous: PreviousEvents,
        _ memory: CorrelationMemory,
        to output: inout [UInt8]
    ) {
        firedCountPlace = nil
        output.append(literal: "{\"timestamp\":\"")
        appendTime(subject.time, to: &output)
        output.append(literal: "\",")
        if let rule = subject.rule {
            appendRule(rule, subject.firedCount, &event, description, to: &output)
        }
        output += subject.context.agentJSON
        appendIdentity(subject, to: &output)
        appendPrevious(previous, &event, memory, to: &output)
        let omitsLog =
            subject.kind == .alert
            && (subject.rule.map { ruleset.rules[$0].options.omitsFullLog } ?? false)
        if !omitsLog {
            output.append(literal: "\"full_log\":")
            output.appendJSONString(event.arena.span.extracting(event.original ?? event.text))
            output.append(literal: ",")
        }
        if let syscheck = event.syscheck {
            output.append(literal: "\"syscheck\":")
            output.append(span: event.arena.span.extracting(syscheck))
            output.append(literal: ",")
        }
        appendOrigin(subject, &event, previous, to: &output)
    }

    private mutating func appendTime(_ time: Timestamp, to output: inout [UInt8]) {
        let seconds = time.seconds
        if seconds != shownSecond?.seconds || time.utcOffsetSeconds != shownSecond?.offset {
            shownSecond = (seconds, time.utcOffsetSeconds)
            shownTime.removeAll(keepingCapacity: true)
            time.appendSecond(to: &shownTime)
        }
        output.append(span: shownTime.span)
        time.appendFraction(to: &output)
    }

    private mutating func appendIdentity(_ subject: Subject, to output: inout [UInt8]) {
        output.append(span: managerJSON.span)
        output.appendDecimal(subject.time.seconds)
        output.append(literal: ".")
        let start = output.count
        output.appendDecimal(subject.offset)
        offsetPlace = start..<output.count
        output.append(literal: "\",")
    }

    /// The keys from `predecoder` to `location`.
    private mutating func appendOrigin(
        _ subject: Subject,
        _ event: inout DecodedEvent,
        _ previous: PreviousEvents,
        to output: inout [UInt8]
    ) {
        let hasPredecoder = event.header.programName != nil || event.header.timestamp != nil
        let hostname = HostnameEcho.find(in: event.arena.span.extracting(event.text))
        if hasPredecoder { appendPredecoder(&event, hostname, to: &output) }
        output.append(literal: "\"decoder\":")
        texts.appendDecoder(event.decoder, to: &output)
        output.append(literal: ",")
        if let old = previous.output {
            output.append(literal: "\"previous_log\":")
            output.appendJSONString(event.arena.span.extracting(old))
            output.append(literal: ",")
        }
        appendData(&event, subject.context, to: &output)
        if !hasPredecoder, hostname != nil { appendPredecoder(&event, hostname, to: &output) }
        appendLocation(&event, subject.context, to: &output)
        appendPassage(subject, to: &output)
        output.append(literal: "}")
    }

    /// By which an event is known again that was analysed before, and whether it is
    /// whole; it must be the last member, and end in the sequence, since that is
    /// looked for there.
    private func appendPassage(_ subject: Subject, to output: inout [UInt8]) {
        guard subject.sequence > 0 || subject.isTruncated else { return }
        output.append(literal: ",\"jaga\":{")
        if subject.isTruncated { output.append(literal: "\"truncated\":true") }
        if subject.isTruncated, subject.sequence > 0 { output.append(literal: ",") }
        if subject.sequence > 0 {
            output.append(literal: "\"sequence\":")
            output.appendDecimal(Int64(clamping: subject.sequence))
        }
        output.append(literal: "}")
    }

    // MARK: Rule

    private mutating func appendRule(
        _ rule: Int,
        _ firedCount: Int,
        _ event: inout DecodedEvent,
        _ description: Span<UInt8>,
        to output: inout [UInt8]
    ) {
        let level = ruleset.rules[rule].level
        output.append(literal: "\"rule\":{")
        if level > 0 {
            output.append(literal: "\"level\":")
            output.appendDecimal(level)
            output.append(literal: ",")
        }
        output.append(literal: "\"description\":")
        output.appendJSONString(description)
        texts.appendMiddle(of: rule, to: &output)
        if !ruleset.rules[rule].options.omitsCounter {
            output.append(literal: ",\"firedtimes\":")
            let start = output.count
            output.appendDecimal(firedCount)
            firedCountPlace = start..<output.count
        }
        let extra = ComplianceFromEvent.find(&event, isRootcheck: texts.isRootcheck(rule))
        if extra.isEmpty {
            texts.appendTail(of: rule, to: &output)
        } else {
            ComplianceFromEvent.appendTail(ruleset.rules[rule], extra, to: &output)
        }
        if level == 0 { output.append(literal: ",\"level\":0") }
        output.append(literal: "},")
    }

    // MARK: Texts

    private mutating func appendPrevious(
        _ previous: PreviousEvents,
        _ event: inout DecodedEvent,
        _ memory: CorrelationMemory,
        to output: inout [UInt8]
    ) {
        scratch.removeAll(keepingCapacity: true)
        guard appendPreviousTexts(previous, &event, memory) else { return }
        output.append(literal: "\"previous_output\":")
        output.appendJSONString(scratch.span)
        output.append(literal: ",")
    }

    /// Whether there are two texts at least and the second is not empty.
    private mutating func appendPreviousTexts(
        _ previous: PreviousEvents,
        _ event: inout DecodedEvent,
        _ memory: CorrelationMemory
    ) -> Bool {
        guard let first = previous.items.first else { return false }
        if case .output = first {
            guard let old = previous.output, !old.isEmpty else { return false }
            scratch.append(literal: "Previous output:\n")
            scratch.append(span: event.arena.span.extracting(old))
            return true
        }
        var hasSecond = false
        for (index, item) in previous.items.enumerated() {
            guard case .event(let sequence) = item else { continue }
            if index > 0 { scratch.append(UInt8(ascii: "\n")) }
            let start = scratch.count
            memory.appendText(of: sequence, to: &scratch)
            if index == 1 { hasSecond = scratch.count > start }
        }
        return hasSecond
    }

    private func appendPredecoder(
        _ event: inout DecodedEvent,
        _ hostname: Range<Int>?,
        to output: inout [UInt8]
    ) {
        output.append(literal: "\"predecoder\":")
        Predecoder.append(&event, hostname, to: &output)
        output.append(literal: ",")
    }

    private mutating func appendData(
        _ event: inout DecodedEvent,
        _ context: SourceContext,
        to output: inout [UInt8]
    ) {
        let start = output.count
        output.append(literal: "\"data\":")
        guard dataWriter.append(&event, container: context.containerJSON, to: &output) else {
            output.removeSubrange(start...)
            return
        }
        output.append(literal: ",")
    }

    private func appendLocation(
        _ event: inout DecodedEvent,
        _ context: SourceContext,
        to output: inout [UInt8]
    ) {
        guard event.generatedRuleID != nil else {
            output += context.locationJSON
            return
        }
        output.append(literal: "\"location\":")
        output.appendJSONString(event.arena.span.extracting(event.location))
    }
}
