// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// What a request costs in a release build: `scripts/detection --cost` compiles this with
// Sources/WebAttacks into one module. Arguments: a file of targets, one a line.

import Foundation

/// The shortest of several runs over a target, in microseconds.
func cost(_ target: [UInt8], _ runs: Int, _ detector: inout WebAttackDetector) -> Double {
    let none: [UInt8] = []
    let clock = ContinuousClock()
    var best = Duration.seconds(1)
    for _ in 0..<runs {
        let time = clock.measure {
            _ = detector.inspect(target: target.span, userAgent: none.span, referrer: none.span)
        }
        best = min(best, time)
    }
    return Double(best.components.attoseconds) / 1e12
}

/// 64 KB of a piece, as a value, as a path, and parted into parameters.
func shapes(of piece: String) -> [(name: String, target: [UInt8])] {
    func filled(_ start: String, _ piece: String) -> [UInt8] {
        var target = Array(start.utf8)
        while target.count < 65_536 { target += Array(piece.utf8) }
        return target
    }
    return [
        ("value", filled("/x?q=", piece)), ("path", filled("/", piece)),
        ("parameters", filled("/x?", "a=" + piece + "&")),
    ]
}

let pieces = [
    "a", "A1", "1", "'", "\"", "`", "%", "%%", "%25", "%2525", "%27", "%2527", "%u0027", "&",
    "&#39;",
    "&amp;", "+", "\\", "\\x27", "\\u0027", "(", ")", "()", "{", "}", "{{", "${", "${${", "[", "]",
    "<",
    "<a", "<a b=", "<!--", "<script", "<?", ">", "/", "//", "/*", "/**/", "*/", "*", "?", "-", "--",
    "#", ";", ";;", "|", "||", "$", "$(", "$a", "=", "==", ",", ".", "..", "../", "....//", "..%2f",
    "%c0%ae", "0x2e", ":", "::", "@", "@{[", "!", "!!", "~", "^", "_", "' or ", "1'", "'1", "\"'",
    "select ", "union ", "union select ", "or 1=1 ", "case when ", "sleep(", "onx=", "javascript:",
    "cat ", ";cat ", "`id`", "c'a't ", "/e?c/", "php://", "http://", "http://127.", "o:8:", "jndi:",
    "${jndi:", "__class__", "$ne", "(|(", "\r\n", "\r\nA:", "\u{0}", "\u{FF07}", "é", "QUFB",
    "PHNj",
    "{\"a\":", "[[", "<![CDATA[", "ADw-", "a.", "a-", "a b", "a'b ", "%00", "%0a",
    "%0d%0aSet-Cookie:",
]

var detector = WebAttackDetector()
var costs: [(name: String, microseconds: Double)] = []
for piece in pieces {
    for shape in shapes(of: piece) {
        let name = "\(shape.name) of \(piece.debugDescription)"
        costs.append((name, cost(shape.target, 30, &detector)))
    }
}
costs.sort { $0.microseconds > $1.microseconds }
print("64 KB, worst of \(costs.count) shapes:")
for each in costs.prefix(8) {
    print(String(format: "  %6.1f us  ", each.microseconds) + each.name)
}
if CommandLine.arguments.count > 1,
    let content = FileManager.default.contents(atPath: CommandLine.arguments[1])
{
    let times = content.split(separator: 0x0A).map { cost(Array($0), 3, &detector) }.sorted()
    if let last = times.last {
        let text = String(
            format: "%d requests: median %.2f us, 99 of 100 under %.1f us, worst %.1f us",
            times.count,
            times[times.count / 2],
            times[times.count * 99 / 100],
            last
        )
        print(text)
    }
}
