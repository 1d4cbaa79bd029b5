// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A tool, and what showed that it is at work.
struct ToolSign: Sendable, Hashable {
    let name: String
    let reason: String

    /// The tool that a User-Agent names.
    ///
    /// - Complexity: O(length, at most 256)
    static func ofAgent(_ agent: Span<UInt8>) -> ToolSign? {
        let text = agent.extracting(0..<min(agent.count, 256))
        guard text.count > 3 else { return nil }
        for (sign, name) in agents where find(sign, in: text) {
            return ToolSign(name: name, reason: "its User-Agent")
        }
        return nil
    }

    /// The tool that asks for a target.
    ///
    /// - Complexity: O(length, at most 512)
    static func ofTarget(_ target: Span<UInt8>) -> ToolSign? {
        let text = target.extracting(0..<min(target.count, 512))
        for (sign, name) in targets where find(sign, in: text) {
            return ToolSign(name: name, reason: "what it asks for")
        }
        return isRandomName(text)
            ? ToolSign(name: "gobuster", reason: "the random name that it asks for first") : nil
    }

    /// Whether the text is written as sqlmap writes: two random numbers of four digits
    /// compared, or a mark of q, three letters, q in hexadecimal digits.
    ///
    /// - Complexity: O(length, at most 512)
    static func isLikeSQLMap(_ decoded: [UInt8]) -> Bool {
        let text = decoded.span.extracting(0..<min(decoded.count, 512))
        if find("0x71", in: text), find("71,", in: text) { return true }
        guard text.count > 8 else { return false }
        for at in 4..<(text.count - 4) where text[at] == UInt8(ascii: "=") {
            if isFourDigits(text, at - 4), isFourDigits(text, at + 1),
                at == 4 || !isDigit(text[at - 5]),
                at + 5 == text.count || !isDigit(text[at + 5])
            {
                return true
            }
        }
        return false
    }

    // MARK: Signs

    /// Lower case; those that are part of others stand behind them.
    private static let agents: [(StaticString, String)] = [
        ("sqlmap", "sqlmap"), ("wapiti", "wapiti"), ("gobuster", "gobuster"),
        ("fuzz faster u fool", "ffuf"), ("ffuf", "ffuf"), ("nikto", "nikto"),
        ("nmap", "nmap"), ("wfuzz", "wfuzz"), ("(hydra)", "hydra"), ("dirbuster", "dirbuster"),
        ("feroxbuster", "feroxbuster"), ("dirsearch", "dirsearch"), ("nuclei", "nuclei"),
        ("wpscan", "wpscan"), ("whatweb", "whatweb"), ("acunetix", "acunetix"),
        ("nessus", "nessus"), ("openvas", "openvas"), ("w3af", "w3af"), ("arachni", "arachni"),
        ("skipfish", "skipfish"), ("commix", "commix"), ("masscan", "masscan"),
        ("zgrab", "zgrab"), ("zmeu", "zmeu"), ("owasp zap", "zap"), ("havij", "havij"),
        // dirb's own, of a browser that nobody has any more.
        ("mozilla/4.0 (compatible; msie 6.0; windows nt 5.1)", "dirb"), ("dirb", "dirb"),
    ]

    /// Lower case.
    private static let targets: [(StaticString, String)] = [
        ("nmaplowercheck", "nmap"), ("nmapuppercheck", "nmap"), ("/nmap/folder/check", "nmap"),
        ("nice%20ports%2c/tri%6eity", "nmap"), ("nikto", "nikto"), ("wapiti", "wapiti"),
        ("sqlmap", "sqlmap"), ("acunetix", "acunetix"), ("w00tw00t", "zmeu"),
        ("/randomfile1", "dirb"), ("/frand2", "dirb"),
    ]

    /// Whether the text holds a sign, which is in lower case.
    private static func find(_ sign: StaticString, in text: Span<UInt8>) -> Bool {
        sign.withUTF8Buffer { sign in
            guard let first = sign.first, text.count >= sign.count else { return false }
            var at = 0
            while at <= text.count - sign.count {
                if lowered(text[at]) == first {
                    var same = 1
                    while same < sign.count, lowered(text[at + same]) == sign[same] { same += 1 }
                    if same == sign.count { return true }
                }
                at += 1
            }
            return false
        }
    }

    /// `/8-4-4-4-12` hexadecimal digits and nothing more.
    private static func isRandomName(_ text: Span<UInt8>) -> Bool {
        guard text.count == 37, text[0] == UInt8(ascii: "/") else { return false }
        for at in 1..<37 {
            let isHyphen = at == 9 || at == 14 || at == 19 || at == 24
            let byte = lowered(text[at])
            let isHex = isDigit(byte) || byte >= 0x61 && byte <= 0x66
            guard isHyphen ? byte == UInt8(ascii: "-") : isHex else { return false }
        }
        return true
    }

    private static func isFourDigits(_ text: Span<UInt8>, _ start: Int) -> Bool {
        for at in start..<start + 4 where !isDigit(text[at]) { return false }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
