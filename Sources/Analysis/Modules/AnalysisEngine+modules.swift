// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Reports of agents' modules, whose decoders are built in.
extension AnalysisEngine {
    /// Decodes the text of a source that brings no logs.
    ///
    /// What no rule can see is DecodedEvent/isDropped.
    mutating func decodeReport(
        _ text: Span<UInt8>,
        _ context: SourceContext,
        _ time: Timestamp
    ) {
        let source = context.source
        counts.events &+= 1
        let outcome = modules.decode(source.kind, text, agent: source.agent.id, at: time)
        guard case .report(let report) = outcome else {
            start(text, LogHeader(log: 0..<text.count), context)
            event.isDropped = true
            if case .malformed = outcome { counts.malformedReports &+= 1 }
            return
        }
        let log = report.log ?? text.bytes(in: 0..<text.count)
        start(log.span, LogHeader(log: 0..<log.count), context)
        event.decoder = builtInDecoderStart + report.decoder.rawValue
        event.category = .ossec
        if report.hasJSON { decoder.extractJSON(log.span, into: &event) }
        add(report)
        places?.complete(&event)
    }

    private mutating func add(_ report: ModuleReport) {
        for field in report.fields {
            let name = [UInt8](field.name.utf8)
            event.append(
                event.paths.meaning(name.span).dynamicName,
                writtenName: .text(event.store(name.span)),
                value: event.store(field.value.span)
            )
        }
        for field in report.hiddenFields {
            let name = [UInt8](field.name.utf8)
            guard let known = event.paths.meaning(name.span).dynamicName else { continue }
            event.setHidden(known, value: event.store(field.value.span))
        }
        if !report.syscheck.isEmpty { event.syscheck = event.store(report.syscheck.span) }
        event.firstTimeKey = report.firstTimeKey.map { event.store($0.span) }
    }
}
