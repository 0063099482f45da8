using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Compares keys in time that does not depend on their values.</summary>
internal static class SecretEquality
{
    internal static bool Same(SecretKey? left, SecretKey? right) =>
        left is null || right is null ? left is null && right is null : CryptographicOperations.FixedTimeEquals(left.Bytes, right.Bytes);
}
