using System.Buffers;
using System.ComponentModel.DataAnnotations;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>What <c>wg-quick</c> takes as a name of an interface.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class InterfaceNameAttribute : ValidationAttribute
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=+.-");

    internal InterfaceNameAttribute() : base(
        "{0} must be 1 to 15 of the characters A-Z, a-z, 0-9, '_', '=', '+', '.' and '-', but not '.' or '..'.")
    {
    }

    /// <inheritdoc/>
    public override bool IsValid(object? value) =>
        value is string { Length: > 0 and <= TunnelOptions.MaxInterfaceName } name
        && name is not ("." or "..")
        && !name.AsSpan().ContainsAnyExcept(Allowed);
}
