// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore

/// A ``StatusDocument`` for people: totals, then a line a source.
struct StatusTable {
    private static let heads = [
        "STATE", "SOURCE", "LINES", "POSITION", "BEHIND", "DROPPED", "CUT", "GAPS", "IGNORED",
        "DETAIL",
    ]
    private let document: StatusDocument
    /// Milliseconds since the epoch.
    private let now: Int64
    private let colours: Bool

    init(_ document: StatusDocument, at now: Int64, colours: Bool) {
        self.document = document
        self.now = now
        self.colours = colours
    }

    var text: String {
        let rows = document.sources.map(cells)
        let widths = (0..<Self.heads.count).map { column in
            (rows + [Self.heads]).map { $0[column].count }.max() ?? 0
        }
        var lines = totals + [""]
        lines.append(Self.line(Self.heads, widths))
        for (source, row) in zip(document.sources, rows) {
            let line = Self.line(row, widths)
            lines.append(colours ? Self.coloured(line, source.state) : line)
        }
        if rows.isEmpty { lines.append("no sources yet") }
        return lines.map { $0 + "\n" }.joined()
    }

    private var totals: [String] {
        let age = max(0, now - document.now_ms) / 1000
        let engine = document.engine
        var lines = [
            "pid \(document.pid), \(Self.bytes(document.resident_bytes)) resident, \(age) s ago",
            "\(engine.events) events, \(engine.alerts) alerts",
            balance,
            disk,
        ]
        if let median = engine.latency_ms.p50, let high = engine.latency_ms.p99 {
            lines.append("an event's alert is on the disk within \(median) ms, 99 % \(high) ms")
        }
        lines += web
        // It is renewed every ten seconds.
        if age > 30 { lines.append("jaga up does not run, or hangs: the figures are old") }
        return lines
    }

    /// Campaigns, and what the whitelist let pass, if there is anything to say.
    private var web: [String] {
        guard let web = document.web else { return [] }
        var lines: [String] = []
        if web.campaigns > 0 {
            lines.append("\(web.campaigns) web campaigns, \(web.closed_campaigns) of them over")
        }
        return lines
            + web.allowed.map { entry in
                let text = "\(entry.count) allowed by \(entry.place): \(entry.reason)"
                return TerminalText.escape(text)
            }
    }

    /// All that was received is stored or on its way.
    private var balance: String {
        let spool = document.spool
        let queued = document.queue.events - spool.waiting
        return "\(spool.received) received = \(spool.stored) stored + \(spool.waiting) in flight"
            + (queued > 0 ? ", \(queued) more not received yet" : "")
    }

    private var disk: String {
        let spool = document.spool
        var text = "spool \(Self.bytes(spool.bytes)) of \(Self.bytes(spool.limit_bytes)), "
        text += "\(spool.records) records, \(spool.damaged) damaged"
        if spool.waiting > 0 { text += ", the oldest waits \(Int(spool.oldest_seconds)) s" }
        if !spool.trouble.isEmpty { text += "; \(TerminalText.escape(spool.trouble))" }
        return text
    }

    private func cells(_ source: StatusDocument.Source) -> [String] {
        var behind = source.lag_bytes.map(Self.bytes) ?? "-"
        if let seconds = source.lag_seconds, seconds >= 1 { behind += ", \(Int(seconds)) s" }
        return [
            source.state,
            TerminalText.escape("\(source.kind) \(source.name)"),
            "\(source.events)",
            source.position.isEmpty ? "-" : TerminalText.escape(source.position),
            behind,
            "\(source.dropped + source.malformed)",
            "\(source.truncated)",
            Self.withBytes(source.gaps, source.lost_bytes),
            Self.withBytes(source.ignored, source.skipped_bytes),
            TerminalText.escape(source.detail),
        ]
    }

    /// How often, and how many bytes that is known to mean.
    private static func withBytes(_ count: Int, _ bytes: Int) -> String {
        bytes > 0 ? "\(count) (\(Self.bytes(bytes)))" : "\(count)"
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(cells, widths) {
            line += cell + String(repeating: " ", count: width - cell.count + 2)
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func coloured(_ line: String, _ state: String) -> String {
        switch state {
        case "failed": "\u{1B}[31m\(line)\u{1B}[0m"
        case "waiting": "\u{1B}[33m\(line)\u{1B}[0m"
        default: line
        }
    }

    private static func bytes(_ count: Int) -> String {
        switch count {
        case ..<1024: "\(count) B"
        case ..<(1 << 20): "\(count >> 10) KiB"
        case ..<(1 << 30): "\(count >> 20) MiB"
        default: "\(count >> 30) GiB"
        }
    }
}
