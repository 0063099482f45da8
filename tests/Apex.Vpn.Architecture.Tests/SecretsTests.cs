using System.Diagnostics;
using System.Reflection;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Architecture.Tests;

/// <summary>Keys do not leak by accident: not by a record's generated text, not by a debugger, not by an exception.</summary>
public sealed class SecretsTests
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly string[] SecretWords = ["Key", "Secret", "Password", "Token"];

    public static TheoryData<string> SecretTypes =>
        [.. Floor.Protocol.WrittenTypes.Where(static type => type.IsSubclassOf(typeof(SecretKey))).Select(static type => type.FullName!)];

    // A record writes its members into ToString, and compares and copies them as if they were nothing special.
    [Fact]
    public void No_record_holds_a_secret()
    {
        Type[] records = [.. Floor.All.SelectMany(static floor => floor.WrittenTypes).Where(IsRecord)];
        Assert.NotEmpty(records);

        string[] telling =
        [
            .. records.SelectMany(static type => type.GetFields(Declared)).Where(MayHoldASecret)
                .Select(static field => $"{field.DeclaringType}.{field.Name}"),
        ];

        Assert.Empty(telling);
    }

    [Theory]
    [MemberData(nameof(SecretTypes))]
    public void A_secret_shows_nothing_of_itself(string name)
    {
        Type type = Floor.Protocol.Assembly.GetType(name)!;
        using var key = (SecretKey)type.GetMethod("Generate")!.Invoke(null, null)!;
        char[] base64 = new char[44], hex = new char[64];
        key.WriteBase64(base64);
        key.WriteHex(hex);

        Assert.DoesNotContain(new string(base64), key.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(new string(hex), key.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal($"{type.Name}(hidden)", key.ToString());
        Assert.Equal("(hidden)", type.GetCustomAttribute<DebuggerDisplayAttribute>()?.Value);
        Assert.All(
            typeof(SecretKey).GetMembers(Declared).Where(static member => member is FieldInfo { FieldType.IsArray: true } or PropertyInfo { Name: "Bytes" }),
            static member => Assert.Equal(DebuggerBrowsableState.Never, member.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State));
    }

    [Theory]
    [MemberData(nameof(SecretTypes))]
    public void A_secret_that_cannot_be_read_is_not_repeated(string name)
    {
        Type type = Floor.Protocol.Assembly.GetType(name)!;
        const string AlmostAKey = "aGFsZiBvZiBhIHNlY3JldCB0aGF0IHdhcyBtaXN0eXA";
        MethodInfo parse = type.GetMethod("Parse", [typeof(ReadOnlySpan<char>)])!;

        var error = Assert.Throws<FormatException>(() => _ = parse.CreateDelegate<Parse>()(AlmostAKey));
        Assert.DoesNotContain(AlmostAKey[..16], error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_key_is_written_out_only_when_asked()
    {
        using var key = PrivateKey.Generate();
        PublicKey publicKey = key.DerivePublicKey();

        Assert.DoesNotContain(publicKey.ToBase64(), $"{publicKey}", StringComparison.Ordinal);
        Assert.DoesNotContain(publicKey.ToHex(), $"{publicKey}", StringComparison.Ordinal);
    }

    private delegate SecretKey Parse(ReadOnlySpan<char> text);

    private static bool MayHoldASecret(FieldInfo field) =>
        typeof(SecretKey).IsAssignableFrom(field.FieldType)
        || (field.FieldType == typeof(string)
            && SecretWords.Any(word => field.Name.Contains(word, StringComparison.OrdinalIgnoreCase)));

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Declared) is not null;
}
