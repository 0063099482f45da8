namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>What no file may exceed: what a reader spends on bytes from strangers has these bounds, however they are made.</summary>
internal static class DirectoryLimits
{
    internal const int ListSize = 4 << 20;
    internal const int StatusSize = 256 << 10;
    internal const int ProfilesSize = 4 << 20;
    internal const int CertificateSize = 1024;

    internal const int Servers = 16_384;
    internal const int Places = 4096;
    internal const int Providers = 1024;
    internal const int EndpointSets = 4096;
    internal const int RevokedKeys = 16_384;
    internal const int Certificates = 16;

    internal const int TextBytes = 64;
    internal const int Addresses = 16;
    internal const int Endpoints = 64;
    internal const int Keys = 4;

    /// <summary>1 Pbit/s in Mbit/s.</summary>
    internal const int Capacity = 1_000_000_000;

    internal const int Roots = 8;
    internal const int StatusEntrySize = 8;
    internal static readonly TimeSpan StatusLifetime = TimeSpan.FromSeconds(90);
}
