// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a ``ScriptedDockerEngine`` answers to a request.
package struct ScriptedAnswer: Sendable {
    enum Body: Sendable {
        case chunks([[UInt8]])
        case stream(ScriptedStream)
        /// Not even a head: for time-outs.
        case silence
    }

    let status: Int
    let headers: [(name: String, value: String)]
    let body: Body

    /// JSON in one chunk.
    package static func json(_ text: String, status: Int = 200) -> ScriptedAnswer {
        chunks([[UInt8](text.utf8)], status: status)
    }

    /// Chunks of HTTP, cut as the test wants them.
    package static func chunks(_ chunks: [[UInt8]], status: Int = 200) -> ScriptedAnswer {
        ScriptedAnswer(
            status: status,
            headers: [("Content-Type", "application/json"), ("Api-Version", "1.41")],
            body: .chunks(chunks)
        )
    }

    /// `OK`, with the engine's newest API version, or none as some proxies do.
    package static func ping(apiVersion: String?) -> ScriptedAnswer {
        ScriptedAnswer(
            status: 200,
            headers: apiVersion.map { [("Api-Version", $0)] } ?? [],
            body: .chunks([[UInt8]("OK".utf8)])
        )
    }

    /// A body that the test sends bit by bit.
    package static func stream(_ stream: ScriptedStream) -> ScriptedAnswer {
        ScriptedAnswer(
            status: 200,
            headers: [("Content-Type", "application/json")],
            body: .stream(stream)
        )
    }

    /// An answer of headers alone.
    package static func headers(_ headers: [(name: String, value: String)]) -> ScriptedAnswer {
        ScriptedAnswer(status: 200, headers: headers, body: .chunks([]))
    }

    /// Takes the request and never says a word.
    package static let silence = ScriptedAnswer(status: 200, headers: [], body: .silence)

    /// The engine's answer to a path it does not know.
    package static let notFound = json(#"{"message":"page not found"}"#, status: 404)

    var head: [UInt8] {
        var text = "HTTP/1.1 \(status) Scripted\r\nTransfer-Encoding: chunked\r\n"
        for header in headers { text += "\(header.name): \(header.value)\r\n" }
        return [UInt8]((text + "\r\n").utf8)
    }
}
