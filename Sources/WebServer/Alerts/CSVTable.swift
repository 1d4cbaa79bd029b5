// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Alerts as rows of a table that spreadsheets open.
///
/// Source: RFC 4180; OWASP, "CSV Injection".
struct CSVTable: Sendable {
    let columns: [String]

    /// The first line, with the columns' names.
    var head: [UInt8] {
        var line: [UInt8] = []
        append(cells: columns, to: &line)
        return line
    }

    /// Appends an alert's line; what it does not have is an empty cell.
    func append(_ alert: [UInt8], to output: inout [UInt8]) {
        append(cells: columns.map { AlertText.value($0, in: alert[...])?.text ?? "" }, to: &output)
    }

    /// Appends a line, a cell for each column.
    func append(cells: [String], to output: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            Self.append(cell: [UInt8](cell.utf8), to: &output)
        }
        output.append(contentsOf: [0x0D, 0x0A])
    }

    /// A cell that a spreadsheet would take for a formula begins with a `'`.
    private static func append(cell: [UInt8], to output: inout [UInt8]) {
        let isFormula = cell.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
        let isQuoted = cell.contains { ",\"\r\n".utf8.contains($0) }
        if isQuoted { output.append(UInt8(ascii: "\"")) }
        if isFormula { output.append(UInt8(ascii: "'")) }
        for byte in cell {
            if byte == UInt8(ascii: "\"") { output.append(byte) }
            output.append(byte)
        }
        if isQuoted { output.append(UInt8(ascii: "\"")) }
    }
}
