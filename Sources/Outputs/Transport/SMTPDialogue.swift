// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A conversation that hands over one mail, without its socket: what a server says goes in,
/// what is to do comes out.
///
/// ```
/// 220 ─ EHLO ─ (STARTTLS ─ TLS ─ EHLO) ─ (AUTH) ─ MAIL ─ RCPT … ─ DATA ─ text ─ QUIT
/// ```
/// Source: RFC 5321; RFC 3207 (STARTTLS); RFC 4954 (AUTH PLAIN, LOGIN).
struct SMTPDialogue: Sendable {
    enum Action: Sendable, Hashable {
        case send([UInt8])
        /// Encrypt now, and send these bytes then.
        case encrypt(then: [UInt8])
        /// The mail was taken; recipients that were refused, and why.
        case taken(DeliveryReceipt)
        case fail(OutputError.Code, String)
    }

    struct Order: Sendable {
        var from: String
        var recipients: [String]
        /// The message, its lines ending in CR LF.
        var message: [UInt8]
        var greeting: String
        var encryption: SMTPServer.Encryption
        /// User and password.
        var credentials: (user: String, password: String)?
        /// Whether recipients that shall come later are given up.
        var skipsDeferred = false
    }

    private enum State: Sendable, Hashable {
        case greeting, hello, startTLS, authPlain, authUser, authPassword, authEnd, mail
        case recipient(Int)
        case data, text
        case done
    }

    private let order: Order
    private var state = State.greeting
    private var isEncrypted: Bool
    private var accepted = 0
    private var receipt = DeliveryReceipt()

    init(_ order: Order) {
        self.order = order
        isEncrypted = order.encryption == .tls
    }

    /// Goes on after a reply.
    mutating func received(_ reply: SMTPReply) -> Action {
        switch state {
        case .greeting:
            guard reply.isPositive else { return failure(reply) }
            return hello()
        case .hello: return helloed(reply)
        case .startTLS:
            guard reply.code == 220 else { return failure(reply) }
            isEncrypted = true
            guard case .send(let bytes) = hello() else { return failure(reply) }
            return .encrypt(then: bytes)
        case .authPlain, .authUser, .authPassword, .authEnd: return authenticated(reply)
        case .mail:
            guard reply.isPositive else { return failure(reply) }
            return recipient(0)
        case .recipient(let index): return named(index, reply)
        case .data:
            guard reply.code == 354 else { return failure(reply) }
            state = .text
            return .send(Self.stuffed(order.message))
        case .text:
            guard reply.isPositive else { return failure(reply) }
            state = .done
            return .taken(receipt)
        case .done: return .fail(.connection, "the server speaks after the end")
        }
    }

    private mutating func hello() -> Action {
        state = .hello
        return command("EHLO \(order.greeting)")
    }

    private mutating func helloed(_ reply: SMTPReply) -> Action {
        guard reply.isPositive else { return failure(reply) }
        let offers = reply.lines.dropFirst().map { $0.uppercased() }
        if !isEncrypted, order.encryption != .none {
            if offers.contains("STARTTLS") {
                state = .startTLS
                return command("STARTTLS")
            }
            guard order.encryption == .offered else {
                return .fail(.denied, "the server offers no STARTTLS, and encryption is required")
            }
        }
        guard let credentials = order.credentials else { return mail() }
        guard isEncrypted else {
            return .fail(.denied, "a password is not said over a connection that is not encrypted")
        }
        let ways = offers.first { $0.hasPrefix("AUTH") }?.split(separator: " ") ?? []
        if ways.contains("PLAIN") {
            state = .authPlain
            let text = "\0\(credentials.user)\0\(credentials.password)"
            return command("AUTH PLAIN " + Base64.text([UInt8](text.utf8)))
        }
        guard ways.contains("LOGIN") else {
            return .fail(.denied, "the server offers neither AUTH PLAIN nor LOGIN")
        }
        state = .authUser
        return command("AUTH LOGIN")
    }

    private mutating func authenticated(_ reply: SMTPReply) -> Action {
        if reply.code == 235 { return mail() }
        guard reply.code == 334, let credentials = order.credentials else {
            return .fail(reply.isTransient ? .busy : .denied, "signing in: \(reply.words)")
        }
        switch state {
        case .authUser:
            state = .authPassword
            return command(Base64.text([UInt8](credentials.user.utf8)))
        case .authPassword:
            state = .authEnd
            return command(Base64.text([UInt8](credentials.password.utf8)))
        default: return failure(reply)
        }
    }

    private mutating func mail() -> Action {
        state = .mail
        return command("MAIL FROM:<\(order.from)>")
    }

    private mutating func recipient(_ index: Int) -> Action {
        guard index < order.recipients.count else {
            guard accepted > 0 else {
                return .fail(.denied, "no recipient is accepted: \(receipt.detail)")
            }
            state = .data
            return command("DATA")
        }
        state = .recipient(index)
        return command("RCPT TO:<\(order.recipients[index])>")
    }

    private mutating func named(_ index: Int, _ reply: SMTPReply) -> Action {
        if reply.isPositive {
            accepted += 1
        } else {
            // Nothing is sent yet: all of it can come again.
            if reply.isTransient, !order.skipsDeferred { return failure(reply) }
            receipt.detail = "\(order.recipients[index]): \(reply.words)"
        }
        return recipient(index + 1)
    }

    /// What is refused before the text is a matter of settings, not of this mail.
    private func failure(_ reply: SMTPReply) -> Action {
        let isOfText = state == .data || state == .text
        let code: OutputError.Code =
            reply.isTransient ? .busy : isOfText ? .refused : .denied
        return .fail(code, "the mail server says: \(reply.words)")
    }

    private func command(_ text: String) -> Action { .send([UInt8]((text + "\r\n").utf8)) }

    /// The text with a second dot where a line begins with one, and the end's dot.
    ///
    /// Source: RFC 5321 §4.5.2.
    static func stuffed(_ message: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(message.count + 64)
        var isLineStart = true
        for byte in message {
            if isLineStart, byte == UInt8(ascii: ".") { output.append(byte) }
            output.append(byte)
            isLineStart = byte == 0x0A
        }
        if !isLineStart { output += [0x0D, 0x0A] }
        return output + Array(".\r\n".utf8)
    }
}

/// Base64, RFC 4648 §4.
enum Base64 {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    static func text(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0..<4 {
                let letter = letters[Int(value >> (18 - 6 * UInt32(place)) & 63)]
                output.append(place <= group.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
