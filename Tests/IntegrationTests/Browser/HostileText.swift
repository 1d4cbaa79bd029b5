// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting

/// Texts that would do something if a page took them for more than text.
enum HostileText {
    /// This many different ones, the same for the same seed.
    static func all(count: Int, seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        var seen = Set<String>()
        var texts: [String] = []
        for text in seeds where seen.insert(text).inserted { texts.append(text) }
        while texts.count < count {
            var text = seeds[Int(random.next() % UInt64(seeds.count))]
            for _ in 0...(random.next() % 3) { text = varied(text, &random) }
            if seen.insert(text).inserted { texts.append(text) }
        }
        return Array(texts.prefix(count))
    }

    /// Sets `window.jagaHit` when it runs.
    private static let hit = "window.jagaHit=1;alert(1)"

    private static let seeds: [String] = [
        "<script>\(hit)</script>", "</script><script>\(hit)</script>", "<ScRiPt>\(hit)</sCrIpT>",
        "<script src=//127.0.0.1:9/x.js></script>", "<img src=x onerror=\"\(hit)\">",
        "<img/src=`x`onerror=\(hit)>", "<svg onload=\"\(hit)\">", "<svg/onload=\(hit)>",
        "<svg><script>\(hit)</script></svg>", "<svg><animate onbegin=\(hit) attributeName=x>",
        "<math><mtext><img src=x onerror=\(hit)></math>",
        "<iframe srcdoc='<script>\(hit)</script>'>",
        "<iframe src=javascript:\(hit)>", "<a href=\"javascript:\(hit)\">x</a>",
        "<body onload=\(hit)>", "<details open ontoggle=\(hit)>", "<video><source onerror=\(hit)>",
        "<input autofocus onfocus=\(hit)>", "<style>*{background:url(//127.0.0.1:9/)}</style>",
        "<link rel=stylesheet href=//127.0.0.1:9/x.css>", "<base href=//127.0.0.1:9/>",
        "<meta http-equiv=refresh content=0;url=//127.0.0.1:9/>",
        "<form action=//127.0.0.1:9/><input>",
        "<template><script>\(hit)</script></template>", "<object data=javascript:\(hit)>",
        "<embed src=javascript:\(hit)>", "\"><script>\(hit)</script>",
        "'><img src=x onerror=\(hit)>",
        "\" autofocus onfocus=\"\(hit)", "' onmouseover='\(hit)", "`-\(hit)-`",
        "javascript:\(hit)//",
        "data:text/html,<script>\(hit)</script>", "{{constructor.constructor('\(hit)')()}}",
        "${\(hit)}", "#{\(hit)}", "<%= \(hit) %>", "[[\(hit)]]", "{{7*7}}", "__proto__",
        "constructor", "toString", "hasOwnProperty", "__proto__.jagaHit", "expression(\(hit))",
        "color:red;}*{display:none}", "@import '//127.0.0.1:9/x.css';", "url(javascript:\(hit))",
        "</title><script>\(hit)</script>", "</textarea><script>\(hit)</script>",
        "<!--<script>\(hit)//--></script>", "]]><script>\(hit)</script>",
        "<noscript><p title=\"</noscript><img src=x onerror=\(hit)>\">",
        "&lt;script&gt;\(hit)&lt;/script&gt;", "&#60;script&#62;\(hit)&#60;/script&#62;",
        "\u{3C}\u{0}script>\(hit)</script>", "\u{1B}[31mred\u{1B}[0m", "\u{1B}]0;title\u{7}",
        "\u{1B}[2J\u{1B}[H", "\u{9B}31m", "\u{202E}txt.exe\u{202C}", "\u{2066}abc\u{2069}\u{200F}",
        "\u{200B}\u{200D}\u{FEFF}zero width", "\u{FFFE}\u{FFFF}",
        "Z\u{351}\u{36B}\u{343}algo\u{489}",
        "\u{2028}line\u{2029}paragraph", "\u{FF1C}script\u{FF1E}\(hit)", "=cmd|' /C calc'!A0",
        "%3Cscript%3E\(hit)%3C/script%3E", "../../../../etc/passwd", "%00%0d%0aSet-Cookie:x=1",
        "' or '1'='1", "rule.level >= 7 or *", "\\\" and not (", "((((((((((",
        "\u{1F4A9}\u{1F468}\u{200D}\u{1F469}",
        String(repeating: "A", count: 3_000), String(repeating: "<b>", count: 300),
        String(repeating: "\u{202E}", count: 50), "", " ", "\t\r\n",
    ]

    private static func varied(_ text: String, _ random: inout SeededGenerator) -> String {
        switch random.next() % 8 {
        case 0: return text.uppercased()
        case 1: return "x" + String(random.next() % 1_000) + text
        case 2: return text + "\" '" + String(random.next() % 1_000)
        case 3: return text.replacingOccurrences(of: " ", with: "\u{C}")
        case 4: return text.replacingOccurrences(of: "<", with: "<\u{9}")
        case 5: return seeds[Int(random.next() % UInt64(seeds.count))] + text
        case 6: return "\u{202E}" + text + "\u{2066}"
        default: return "\">" + text + "<!--" + String(random.next() % 1_000)
        }
    }
}
