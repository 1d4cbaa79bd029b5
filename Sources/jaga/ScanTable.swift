// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Vulnerabilities

/// A report for people: what is found, the worst first, and what is not known.
struct ScanTable {
    private static let heads = ["SEVERITY", "ID", "PACKAGE", "VERSION", "FIXED", "NOTE"]
    private let report: ImageReport
    private let colours: Bool

    init(_ report: ImageReport, colours: Bool) {
        self.report = report
        self.colours = colours
    }

    var text: String {
        let image = report.image
        let system = image.release?.name ?? "no distribution"
        var lines = [
            "\(TerminalText.escape(image.title)): \(image.packages.count) packages, "
                + TerminalText.escape(system)
        ]
        lines += report.gaps.map { mark("not known: \(TerminalText.escape($0))", 33) }
        let rows = report.findings.map(cells)
        let widths = Self.heads.indices.map { column in
            (rows + [Self.heads]).map { $0[column].count }.max() ?? 0
        }
        if !rows.isEmpty { lines.append(Self.line(Self.heads, widths)) }
        for (finding, row) in zip(report.findings, rows) {
            lines.append(coloured(Self.line(row, widths), finding.severity))
        }
        lines.append(summary)
        return lines.map { $0 + "\n" }.joined() + "\n"
    }

    private var summary: String {
        let counts = Severity.allCases.reversed().compactMap { severity -> String? in
            guard let count = report.counts[severity] else { return nil }
            return "\(count) \(severity == .unknown ? "not rated" : severity.word.lowercased())"
        }
        let exploited = report.findings.count(where: \.isExploited)
        var text = counts.isEmpty ? nothing : counts.joined(separator: ", ")
        if exploited > 0 { text += "; \(exploited) known to be exploited" }
        if !report.excepted.isEmpty { text += "; \(report.excepted.count) put aside" }
        return text
    }

    /// Never more than is known.
    private var nothing: String {
        if report.advisoryTime == nil { return "nothing was looked up" }
        return report.gaps.isEmpty
            ? "no known vulnerabilities" : "none found in what could be looked up"
    }

    private func cells(_ finding: Finding) -> [String] {
        var notes: [String] = []
        if finding.isExploited { notes.append("exploited") }
        if let likelihood = finding.likelihood, likelihood >= 0.1 {
            notes.append("\(Int(likelihood * 100)) % likely")
        }
        if let layer = finding.package.layer {
            let isOwn =
                layer == report.image.layers.count - 1
                && report.image.layers.last == ContainerScanner.layerName
            notes.append(isOwn ? "installed since" : "layer \(layer + 1)")
        }
        return [
            finding.severity.word, finding.id, finding.package.name, finding.package.version,
            finding.fixed ?? "-", notes.joined(separator: ", "),
        ].map { TerminalText.escape($0) }
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(cells, widths) {
            line += cell + String(repeating: " ", count: width - cell.count + 2)
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    private func coloured(_ line: String, _ severity: Severity) -> String {
        switch severity {
        case .critical: mark(line, 31)
        case .high: mark(line, 33)
        default: line
        }
    }

    private func mark(_ line: String, _ colour: Int) -> String {
        colours ? "\u{1B}[\(colour)m\(line)\u{1B}[0m" : line
    }
}

/// What `jaga scan` says beside its reports.
enum ScanText {
    /// Where layers are remembered; nil, with a word why, where that is not possible.
    static func memory(_ folder: VulnerabilityFolder) -> LayerMemory? {
        do {
            return try LayerMemory(folder: folder.layers)
        } catch {
            Terminal.note("jaga: layers are not remembered: \(error)")
            return nil
        }
    }
}
