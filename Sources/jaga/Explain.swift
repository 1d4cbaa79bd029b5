// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Ruleset
import WebAttacks

/// `jaga explain`: what Jaga makes of a web request, step by step.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how a web request is decoded, read and judged.",
        discussion: """
            Takes a request line, or its target alone, and shows the parts, each round of \
            decoding, the tokens, what was found and why, and the rule that an access line with \
            this request would have. With --config, what ossec.conf says of proxies and of what \
            is harmless counts: an <allow> that fits is named.

            EXAMPLES
              jaga explain 'GET /users/?id=SELECT+*+FROM+users'
              jaga explain '/a?x=%253Cscript%253E' --status 200 --json
              jaga explain / --user-agent '() { :;}; /bin/id'
              jaga explain '/search?q=1+or+1=1' --config /var/ossec/etc/ossec.conf

            EXIT CODES
              0 an attack was found   1 none was, or the settings allow it
              3 mistakes in the ruleset
            """
    )

    @Argument(help: "The request: METHOD TARGET HTTP/VERSION, or the target alone.")
    var request: String

    @Option(help: "The status that the server answered with.")
    var status = 404

    @Option(help: ArgumentHelp("The request's User-Agent.", valueName: "text"))
    var userAgent = ""

    @Option(help: ArgumentHelp("The request's Referer.", valueName: "text"))
    var referer = ""

    @Option(help: ArgumentHelp("Who connected: the client, or a proxy.", valueName: "address"))
    var peer = "192.0.2.1"

    @Option(
        help: ArgumentHelp(
            "The request's X-Forwarded-For, as a proxy among <trusted_proxies> of --config says.",
            valueName: "addresses"
        )
    )
    var forwardedFor = ""

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var ruleset: RulesetOptions

    func validate() throws {
        if request.isEmpty { throw ValidationError("the request is empty: jaga explain '/a?x=1'") }
        if !(100...599).contains(status) { throw ValidationError("a status is from 100 to 599") }
        let addressBytes = Set("0123456789abcdefABCDEF.:")
        if peer.isEmpty || !peer.allSatisfy(addressBytes.contains) {
            throw ValidationError("--peer \(peer): give an address, such as 192.0.2.1")
        }
    }

    func run() throws {
        let line = RequestLine(request)
        let explanation = WebAttackExplanation(
            target: Array(line.target.utf8),
            userAgent: Array(userAgent.utf8),
            referrer: Array(referer.utf8)
        )
        guard let rules = try ruleset.load(.logtest).ruleset else { return }
        let found = ExplainedLine(accessLine(line), rules, try ruleset.settings())
        var output: [UInt8] = []
        if json {
            ExplanationWriter.appendJSON(explanation, found, to: &output)
        } else {
            ExplanationWriter.appendText(explanation, found, to: &output)
        }
        Terminal.write(output)
        if explanation.attacks.isEmpty || found.allowance != nil { throw ExitCode(1) }
    }

    /// The line that a server would log of the request.
    private func accessLine(_ line: RequestLine) -> String {
        let agent = userAgent.isEmpty ? "-" : Self.escaped(userAgent)
        let source = referer.isEmpty ? "-" : Self.escaped(referer)
        let forwarded = forwardedFor.isEmpty ? "" : " \"\(Self.escaped(forwardedFor))\""
        return "\(peer) - - [01/Jan/2026:00:00:00 +0000] \"\(line.method) "
            + "\(Self.escaped(line.target)) HTTP/1.1\" \(status) 0 \"\(source)\" \"\(agent)\""
            + forwarded
    }

    /// As nginx writes it: quotes, backslashes and what isn't printable as `\xHH`.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if byte < 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "\\x" + (byte < 16 ? "0" : "") + digits
            } else {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return result
    }
}

/// A request line taken apart; all but the target may be missing.
struct RequestLine: Sendable, Hashable {
    let method: String
    let target: String

    init(_ text: String) {
        var rest = text[...]
        var method = "GET"
        let first = rest.prefix { $0 != " " }
        let isMethod =
            !first.isEmpty && first.count < rest.count
            && first.allSatisfy { $0.isUppercase && $0.isASCII }
        if isMethod {
            method = String(first)
            rest = rest.dropFirst(first.count + 1)
        }
        if let blank = rest.lastIndex(of: " "), rest[blank...].hasPrefix(" HTTP/") {
            rest = rest[..<blank]
        }
        self.method = method
        target = String(rest)
    }
}
