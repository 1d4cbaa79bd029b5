// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A detection rule, read.
struct SigmaDetectionDraft {
    let header: SigmaHeader
    let source: SigmaLogSource
    let searches: [SigmaDetection.Search]
    let condition: SigmaExpression
    let conditionText: String

    /// Nil when the rule cannot be used, which is reported.
    init?(
        _ document: SigmaNode,
        _ header: SigmaHeader,
        _ decoders: DecoderNames,
        _ context: inout LoadingContext
    ) {
        let sourceNode = Self.part("logsource", of: document, header, &context.log)
        let source = sourceNode.flatMap {
            SigmaLogSourceReader(decoders: decoders).read($0, &context)
        }
        let detection = Self.part("detection", of: document, header, &context.log)
        guard let detection, let entries = detection.entries else {
            if let detection {
                context.log.error(
                    .badValue,
                    at: detection.location,
                    "detection is \(detection.kindName)"
                )
            }
            return nil
        }
        let isAudit = sourceNode?["service"]?.text?.lowercased() == "auditd"
        let searches = Self.searches(entries, SigmaTaxonomy(isAudit: isAudit), &context)
        guard let condition = detection["condition"] else {
            context.log.error(.missingOption, at: detection.location, "detection has no condition")
            return nil
        }
        let names = entries.filter { !["condition", "timeframe"].contains($0.key) }
        let expression = Self.condition(condition, names, &context.log)
        guard let source, let searches, let expression else { return nil }
        self.header = header
        self.source = source
        self.searches = searches
        self.condition = expression
        conditionText = condition.elements.compactMap(\.text).joined(separator: " or ")
    }

    private static func part(
        _ key: String,
        of document: SigmaNode,
        _ header: SigmaHeader,
        _ log: inout DiagnosticLog
    ) -> SigmaNode? {
        if let part = document[key] { return part }
        log.error(.missingOption, at: header.location, "the rule has no \(key)")
        return nil
    }

    private static func searches(
        _ entries: [SigmaNode.Entry],
        _ taxonomy: SigmaTaxonomy,
        _ context: inout LoadingContext
    ) -> [SigmaDetection.Search]? {
        var reader = SigmaDetectionReader(taxonomy: taxonomy)
        var searches: [SigmaDetection.Search] = []
        for entry in entries where entry.key != "condition" {
            if entry.key == "timeframe" {
                refuseTimeframe(entry, &context.log)
                return nil
            }
            guard let expression = reader.read(entry.value, &context) else { continue }
            searches.append(SigmaDetection.Search(name: entry.key, expression: expression))
        }
        return reader.isRefused ? nil : searches
    }

    private static func refuseTimeframe(_ entry: SigmaNode.Entry, _ log: inout DiagnosticLog) {
        log.warning(
            .unsupported,
            at: entry.location,
            "detection.timeframe is not supported; the rule is skipped",
            hint: "write a correlation rule with timespan"
        )
    }

    private static func condition(
        _ node: SigmaNode,
        _ entries: [SigmaNode.Entry],
        _ log: inout DiagnosticLog
    ) -> SigmaExpression? {
        let names = entries.map(\.key)
        var parts: [SigmaExpression] = []
        var used: Set<Int> = []
        let elements = node.elements
        for element in elements {
            guard let text = element.text else {
                log.error(.badValue, at: element.location, "a condition is \(element.kindName)")
                continue
            }
            do throws(SigmaConditionParser.Fault) {
                var parser = try SigmaConditionParser(text, names: names)
                parts.append(try parser.parse())
                used.formUnion(parser.used)
            } catch {
                report(error, at: element.location(at: error.offset), &log)
            }
        }
        guard parts.count == elements.count, !parts.isEmpty else { return nil }
        for (index, entry) in entries.enumerated()
        where !used.contains(index) && !entry.key.hasPrefix("_") {
            log.note(
                .withoutEffect,
                at: entry.location,
                "the condition does not look at \(entry.key)"
            )
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private static func report(
        _ fault: SigmaConditionParser.Fault,
        at location: SourceLocation,
        _ log: inout DiagnosticLog
    ) {
        if fault.isUnsupported {
            log.warning(.unsupported, at: location, "condition: \(fault.message)", hint: fault.hint)
        } else {
            log.error(.badValue, at: location, "condition: \(fault.message)", hint: fault.hint)
        }
    }
}
