// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Crypto
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Brings feeds into a folder, each only when it changed.
///
/// What came last is asked about by its `ETag` or date, kept beside the file. A
/// file is replaced when all of it has come and its sum, where the server sends
/// one, is right.
package struct AdvisoryDownload: Sendable {
    package enum Outcome: Sendable, Hashable {
        case unchanged, new
    }

    private static let sizeLimit: Int64 = 2 << 30
    private static let attemptLimit = TimeAmount.minutes(30)

    private let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// `progress`: told the bytes that came, and of how many, 0 when that
    ///   is not known.
    /// - Throws: ``VulnerabilityError`` `download`, naming feed and reason.
    package func fetch(
        _ feed: AdvisoryFeed,
        progress: (_ done: Int64, _ total: Int64) -> Void
    ) async throws -> Outcome {
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .follow(max: 5, allowCycles: false)
        settings.timeout.connect = .seconds(15)
        settings.timeout.read = .seconds(60)
        let client = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            configuration: settings
        )
        let outcome: Result<Outcome, any Error>
        do {
            outcome = .success(try await fetch(feed, client, progress))
        } catch {
            outcome = .failure(error)
        }
        // Fails only when it was shut down before, which it was not.
        try? await client.shutdown().get()
        do {
            return try outcome.get()
        } catch let error as VulnerabilityError {
            throw error
        } catch {
            throw Self.failure(feed, "\(error)")
        }
    }

    private static func failure(_ feed: AdvisoryFeed, _ reason: String) -> VulnerabilityError {
        VulnerabilityError(.download, "cannot download \(feed.name) from \(feed.url): \(reason)")
    }

    private func fetch(
        _ feed: AdvisoryFeed,
        _ client: HTTPClient,
        _ progress: (_ done: Int64, _ total: Int64) -> Void
    ) async throws -> Outcome {
        let path = folder + "/" + feed.file
        let markPath = "\(folder)/.\(feed.file).mark"
        var request = HTTPClientRequest(url: feed.url)
        request.headers.replaceOrAdd(name: "User-Agent", value: "jaga")
        if Files.modified(path) != nil, let mark = Mark(path: markPath) {
            mark.add(to: &request.headers)
        }
        let response = try await client.execute(request, timeout: Self.attemptLimit)
        switch response.status.code {
        case 304:
            // The file counts as of now: its age is that of the knowledge in it.
            utimes(path, nil)
            return .unchanged
        case 200: break
        default: throw Self.failure(feed, "the server answers \(response.status.code)")
        }
        let temporary = path + ".part"
        let length = response.headers.first(name: "Content-Length").flatMap(Int64.init)
        try await write(response, to: temporary, length, feed, progress)
        try await NIOThreadPool.singleton.runIfActive {
            try Mark(response.headers).write(to: markPath)
            guard rename(temporary, path) == 0 else { throw Files.failure("write", path) }
        }
        return .new
    }

    private func write(
        _ response: HTTPClientResponse,
        to path: String,
        _ length: Int64?,
        _ feed: AdvisoryFeed,
        _ progress: (_ done: Int64, _ total: Int64) -> Void
    ) async throws {
        let file = try WritableFile(path)
        var sum = Insecure.MD5()
        var done: Int64 = 0
        for try await piece in response.body {
            let bytes = [UInt8](piece.readableBytesView)
            done += Int64(bytes.count)
            guard done <= Self.sizeLimit else {
                throw Self.failure(feed, "it has more than \(Self.sizeLimit) bytes")
            }
            sum.update(data: bytes)
            try file.append(bytes)
            progress(done, length ?? 0)
        }
        if let length, length != done {
            throw Self.failure(feed, "\(done) of \(length) bytes came")
        }
        let expected = response.headers["x-goog-hash"].joined(separator: ",")
            .split(separator: ",").first { $0.hasPrefix("md5=") }
        if let expected, expected.dropFirst(4) != Base64.text(Array(sum.finalize())) {
            throw Self.failure(feed, "its checksum is wrong")
        }
        try await NIOThreadPool.singleton.runIfActive { try file.sync() }
    }

    /// How the server knows what it sent.
    private struct Mark {
        private var tag = ""
        private var date = ""

        init(_ headers: HTTPHeaders) {
            tag = headers.first(name: "ETag") ?? ""
            date = headers.first(name: "Last-Modified") ?? ""
        }

        init?(path: String) {
            guard let bytes = try? Files.contents(of: path, limit: 8192) else { return nil }
            let lines = String(decoding: bytes, as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.count >= 2 else { return nil }
            tag = String(lines[0])
            date = String(lines[1])
        }

        func add(to headers: inout HTTPHeaders) {
            if !tag.isEmpty { headers.replaceOrAdd(name: "If-None-Match", value: tag) }
            if !date.isEmpty { headers.replaceOrAdd(name: "If-Modified-Since", value: date) }
        }

        func write(to path: String) throws {
            try Files.replace(path, with: Array("\(tag)\n\(date)\n".utf8), outliving: .process)
        }
    }
}

/// Source: RFC 4648, §4.
enum Base64 {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    static func text(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value = group.reduce(0) { $0 << 8 | Int($1) }
            value <<= 8 * (3 - group.count)
            for place in 0..<4 {
                let digit = digits[value >> (18 - 6 * place) & 63]
                output.append(place <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
