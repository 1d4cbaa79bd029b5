// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// What is written of the event at hand: its alert, its record in the archives.
extension AnalysisEngine {
    mutating func append(
        _ decision: Decision,
        _ context: SourceContext,
        _ entry: EventBatch.Entry,
        _ index: Int,
        to alerts: inout AlertBatch
    ) {
        counts.alerts &+= 1
        let textStart = alerts.text.count
        descriptions.append(of: decision.rule, &event, to: &alerts.text)
        let textEnd = alerts.text.count
        if let address = event[.srcip] {
            alerts.text.append(span: event.arena.span.extracting(address))
        }
        let start = alerts.bytes.count
        let text = alerts.text
        let description = text.span.extracting(textStart..<textEnd)
        writeAlert(decision, context, entry.time, description, &alerts.bytes)
        let end = alerts.bytes.count
        alerts.bytes.append(UInt8(ascii: "\n"))
        alertOffset &+= end + 1 - start
        alerts.entries.append(
            AlertBatch.Entry(
                json: start..<end,
                description: textStart..<textEnd,
                sourceAddress: textEnd..<alerts.text.count,
                ruleID: ruleset.rules[decision.rule].id,
                level: matcher.plan.entries[decision.rule].level,
                time: entry.time,
                originNanoseconds: entry.originNanoseconds,
                source: context.source,
                event: index
            )
        )
    }

    /// Writes the current event's alert object.
    mutating func writeAlert(
        _ decision: Decision?,
        _ context: SourceContext,
        _ time: Timestamp,
        _ description: Span<UInt8>,
        _ output: inout [UInt8]
    ) {
        write(.alert, decision, context, time, description, &output)
    }

    /// Appends the current event's record, whether it is an alert or not.
    ///
    /// Source: analysis-engine.md §7.1, §7.2, on archives.
    mutating func archive(
        _ decision: Decision?,
        _ context: SourceContext,
        _ time: Timestamp,
        to archives: inout ArchiveBatch?
    ) {
        description.removeAll(keepingCapacity: true)
        if let decision {
            descriptions.append(of: decision.rule, &event, to: &description)
        }
        let text = description
        var lines = archives.take()?.lines ?? []
        write(.archive, decision, context, time, text.span, &lines)
        lines.append(UInt8(ascii: "\n"))
        archives = ArchiveBatch(lines: lines)
    }

    private mutating func write(
        _ kind: AlertWriter.Kind,
        _ decision: Decision?,
        _ context: SourceContext,
        _ time: Timestamp,
        _ description: Span<UInt8>,
        _ output: inout [UInt8]
    ) {
        let subject = AlertWriter.Subject(
            kind: kind,
            context: context,
            time: time,
            rule: decision?.rule,
            firedCount: decision.map { matcher.firedCounts[$0.rule] } ?? 0,
            offset: alertOffset,
            sequence: sequence,
            isTruncated: isTruncated
        )
        writer.append(
            subject,
            &event,
            description: description,
            matcher.previous,
            matcher.memory,
            to: &output
        )
    }
}
