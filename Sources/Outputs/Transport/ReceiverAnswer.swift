// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension WebhookTemplate {
    /// Throws what a service means by an answer, where its status alone does not tell.
    ///
    /// Source: Microsoft Teams, connectors: 200 with `1` is success, 200 with other words is
    /// none; workflows answer 202. Telegram Bot API: an unknown chat is 400, and is the
    /// owner's to mend.
    ///
    /// - Throws: ``OutputError`` `busy`, `denied`, `refused`.
    func check(_ answer: HTTPDelivery.Answer, _ shown: String) throws(OutputError) {
        let text = String(decoding: answer.body.prefix(1_000), as: UTF8.self)
        let words = "\(shown) answered \(answer.status) (\(PlainText.line(text, limit: 200)))"
        switch self {
        case .teams where answer.status == 200 && text.contains("delivery failed"):
            let isTooLong = text.contains("HTTP error 413") || text.contains("HTTP error 400")
            throw OutputError(isTooLong ? .refused : .busy, words)
        case .telegram where answer.status == 400 && text.contains("chat"):
            throw OutputError(.denied, words)
        default: break
        }
    }
}

extension HTTPDelivery.Answer {
    /// Seconds after which the receiver wants the message again: by `Retry-After`, also with a
    /// fraction, or as Telegram and Discord say in the body.
    ///
    /// Source: Telegram Bot API, `ResponseParameters`; Discord, "Rate Limits".
    static func retryAfterSeconds(_ header: String?, _ status: Int, _ body: [UInt8]) -> Int? {
        if let seconds = header.flatMap({ Double($0.trimmedBlanks) }) { return whole(seconds) }
        guard status == 429, let tree = JSONTreeReader.read(body) else { return nil }
        let said = tree.at("parameters.retry_after") ?? tree["retry_after"]
        return said?.text.flatMap { Double($0) }.flatMap(whole)
    }

    private static func whole(_ seconds: Double) -> Int? {
        guard seconds.isFinite, seconds >= 0 else { return nil }
        return Int(min(seconds, 1_000_000).rounded(.up))
    }
}
