// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Transport

/// What a real manager and a real agent have exchanged.
///
/// Source: around-the-engine.md §5.12.
enum Vectors {
    static let key = "0cc175b9c0f1b6a831c399e26977266192eb5ffee6ae2fec3ad71c777531578f"
    static let keyLine = "001 web-1 any " + key
    static let secret = "3bc22fb7aaebe9c8c5d7de312b876bb87e639dd2861f4ac"
    static let keyHash = "627ea9ca9b5ffb53dcc0d16411bec4d735e6451c"
    static let body = #"#!-agent startup {"version":"v4.14.7"}"#
    static let random: UInt16 = 12_345
    static let counter = MessageCounter(global: 0, local: 1)

    /// `!001!#AES:` and what follows.
    static let aes = [UInt8](
        hex: """
            2130303121234145533abf98cfabd327fa43322eba61a96214d57389edc19cb6af1726382775d44c
            9b87ebf4ba8f7df42497d6a2d23e6c567c30b56af555e21cd902f62aff72462b5efe97a19ac75f7e
            c157abe7edbd39dc7e58c9002546699260e5075b81890457b775
            """
    )
    /// `!001!:` and what follows.
    static let blowfish = [UInt8](
        hex: """
            2130303121
            3a9771e178ede734a4647b6ee55233990f091d9a3b0756201b028f480ff97fdcb17c5212c1d62a1d
            78bc2039181898f81f1068f11f96f2501b015fc8f8e50eebda137149c8605e0b9ba99a310497db06
            718b7531af6100af0a
            """
    )

    static var cipher: PacketCipher { PacketCipher(id: "001", name: "web-1", key: key) }
}
