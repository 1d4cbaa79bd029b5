// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Attacks and harmless texts that were written for these tests, from the manuals of the
/// languages; none is from another project's list.
///
/// One value a line. `⏎` stands for a line's end of HTTP, `␀` for a NUL, `<TAB>` for a
/// tab. What is an attack and a plain search at once (`ls -la`, `C:\`) is in neither.
enum AuthoredCases {
    static func values(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            String(line).replacing("⏎", with: "\r\n").replacing("␀", with: "\u{0}")
                .replacing("<TAB>", with: "\t")
        }
    }

    /// `class|value` of each line.
    static func classified(_ text: String) -> [(kind: String, value: String)] {
        values(text).compactMap { line in
            guard let bar = line.firstIndex(of: "|") else { return nil }
            return (String(line[..<bar]), String(line[line.index(after: bar)...]))
        }
    }

    static var harmless: [String] {
        [harmless1, harmless2, harmless3, harmless4, spoken].flatMap(values)
    }
}
