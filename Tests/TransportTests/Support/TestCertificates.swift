// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A certificate and its key for tests alone, valid for a hundred years.
///
/// For `localhost` and 127.0.0.1. Made with `openssl req -x509` and `openssl x509 -req` on
/// the curve P-256.
enum TestCertificates {
    /// Signed the manager's.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBkzCCATmgAwIBAgIUS8sXjPNVoguqv/JvNn7vKTNQy4kwCgYIKoZIzj0EAwIw
        HjEcMBoGA1UEAwwTSmFnYSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjcwNDMyMDha
        GA8yMTI2MTEwMzA0MzIwOFowHjEcMBoGA1UEAwwTSmFnYSB0ZXN0IGF1dGhvcml0
        eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJfDeaTgMa6qefnase4oBEqEa231
        xHDlaFpTZIW1pntdBxy+Z5/J74kklyynH7x2+ykXi42+A/J39uVMWeZnyM2jUzBR
        MB0GA1UdDgQWBBSHmnLXs2Pj3Z021o7r/T4W7/kVITAfBgNVHSMEGDAWgBSHmnLX
        s2Pj3Z021o7r/T4W7/kVITAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gA
        MEUCIQCEBayTb8Jdx/QI3dEG2kykvfItmBZzqDYbAxvoawklUAIgcTr5Cs4GTosi
        KyBXKjmis8yeP2LMm64Ws83FgfKdE8E=
        -----END CERTIFICATE-----

        """

    static let manager = """
        -----BEGIN CERTIFICATE-----
        MIIBqDCCAU+gAwIBAgIUR0RGUA3Q+l6bUXGforuMsEDFaU8wCgYIKoZIzj0EAwIw
        HjEcMBoGA1UEAwwTSmFnYSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjcwNDMyMDha
        GA8yMTI2MTEwMzA0MzIwOFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEdHjCYyPD9JY15FOM4V2lESqnSFav2FGRfrEfK437
        qHsBTqpKwJSu76mxPMmbxtBTWNrnvHkXE6wUQhwn2MKtF6NzMHEwGgYDVR0RBBMw
        EYIJbG9jYWxob3N0hwR/AAABMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQW
        BBSNnNiMtPXCCgXz9sG3BKrSMfX7FDAfBgNVHSMEGDAWgBSHmnLXs2Pj3Z021o7r
        /T4W7/kVITAKBggqhkjOPQQDAgNHADBEAiANV5yRZyGMpE0mXBthKF2h+E1hzywT
        wNYkG9CAM5s11QIgc42MUSG7aHQvNwDwgDdjf7BMTg3cpRovtx5GkrHsBbs=
        -----END CERTIFICATE-----

        """

    static let managerKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+IwCJqngh7TpugEv
        hiqZKAl8CPve03Vb6d+8DIaqLguhRANCAAR0eMJjI8P0ljXkU4zhXaURKqdIVq/Y
        UZF+sR8rjfuoewFOqkrAlK7vqbE8yZvG0FNY2ue8eRcTrBRCHCfYwq0X
        -----END PRIVATE KEY-----

        """
}
