// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Outputs

extension AlertReport {
    /// As one page that loads nothing and runs nothing.
    package var html: String {
        let tables = tables.filter { !$0.values.entries.isEmpty }.map { Self.html($0) }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" \
            content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(HTMLText.escaped(title))</title>
            <style>\(Self.style)</style></head>
            <body><h1>\(HTMLText.escaped(title))</h1>
            <p>\(HTMLText.escaped(summary))</p>
            \(tables.joined(separator: "\n"))
            \(sections.map { Self.html($0) }.joined(separator: "\n"))
            </body></html>

            """
    }

    private static func html(_ table: Table) -> String {
        let most = max(table.values.entries.first?.count ?? 1, 1)
        let rows = table.values.entries.map { entry in
            "<tr><td>\(HTMLText.escaped(entry.value))</td><td class=\"n\">\(entry.count)</td>"
                + "<td><div style=\"width:\(max(1, entry.count * 160 / most))px\"></div></td></tr>"
        }
        let more = table.values.distinct - table.values.entries.count
        let rest = more > 0 ? "<p>and \(more) more</p>" : ""
        return "<h2>\(HTMLText.escaped(table.title))</h2><table>\n"
            + rows.joined(separator: "\n") + "\n</table>" + rest
    }

    private static func html(_ section: ReportSection) -> String {
        let rows = section.rows.map { row in
            "<tr><td>\(HTMLText.escaped(row.name))</td><td>\(HTMLText.escaped(row.detail))</td></tr>"
        }
        let table = rows.isEmpty ? "" : "<table>\n" + rows.joined(separator: "\n") + "\n</table>"
        let more = section.count - section.rows.count
        return "<h2>\(HTMLText.escaped(section.title))</h2><p>"
            + HTMLText.escaped(section.summary) + "</p>" + table
            + (more > 0 ? "<p>and \(more) more</p>" : "")
    }

    private static let style =
        "body{font:14px/1.4 sans-serif;margin:2em;color:#1a1a1a}h1{font-size:1.3em}"
        + "h2{font-size:1.05em;margin:1.4em 0 .3em}td{padding:.15em 1em .15em 0;"
        + "overflow-wrap:anywhere}.n{text-align:right}div{height:.7em;background:#2b6cb0}"
}
