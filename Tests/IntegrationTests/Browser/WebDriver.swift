// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A driver program of a browser, as much of its protocol as the tests use.
///
/// Source: W3C WebDriver, Level 2; `goog:` and `/se/log` are chromedriver's own.
struct WebDriver: Sendable {
    /// What the driver refused, with its own words.
    struct Failure: Error, CustomStringConvertible, Decodable {
        /// `no such element`, `no such alert`.
        let error: String
        let message: String

        var description: String { "webdriver: \(error): \(message.prefix(300))" }
    }

    /// An argument or a result that has no value.
    struct Nothing: Codable {}

    private struct Answer<Value: Decodable>: Decodable {
        let value: Value
    }

    /// Some answers of success are `null`.
    private struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    let base: String

    func get<Value: Decodable>(_ path: String) async throws -> Value {
        try await ask(.GET, path, body: nil)
    }

    func post<Value: Decodable>(_ path: String, _ body: some Encodable) async throws -> Value {
        try await ask(.POST, path, body: JSONEncoder().encode(body))
    }

    func post(_ path: String, _ body: some Encodable) async throws {
        let _: Ignored = try await post(path, body)
    }

    func delete(_ path: String) async throws {
        let _: Ignored = try await ask(.DELETE, path, body: nil)
    }

    private func ask<Value: Decodable>(
        _ method: HTTPMethod,
        _ path: String,
        body: Data?
    ) async throws -> Value {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
        if let body { request.body = .bytes(body) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(130))
        let data = Data(try await response.body.collect(upTo: 64 << 20).readableBytesView)
        guard response.status == .ok else {
            throw try JSONDecoder().decode(Answer<Failure>.self, from: data).value
        }
        return try JSONDecoder().decode(Answer<Value>.self, from: data).value
    }
}
