using System.Diagnostics.Tracing;
using System.Reflection;

namespace Apex.Vpn.Architecture.Tests;

/// <summary>Event ids are unique, and what is logged through generated methods holds no key and no address.</summary>
public sealed class LoggingTests
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static IEnumerable<(MethodInfo Method, int Id)> LoggerMessages =>
        from floor in Floor.All
        from type in floor.Assembly.GetTypes()
        from method in type.GetMethods(Declared)
        from attribute in method.GetCustomAttributesData()
        where attribute.AttributeType.FullName == "Microsoft.Extensions.Logging.LoggerMessageAttribute"
        select (method, Id(attribute));

    [Fact]
    public void Event_ids_of_log_messages_are_unique_and_given()
    {
        (MethodInfo Method, int Id)[] messages = [.. LoggerMessages];

        Assert.NotEmpty(messages);
        Assert.All(messages, static message => Assert.True(message.Id > 0, message.Method.Name));
        Assert.Empty(messages.GroupBy(static message => message.Id).Where(static group => group.Count() > 1).Select(static group => group.Key));
    }

    [Fact]
    public void Log_messages_take_no_keys_addresses_or_endpoints()
    {
        string[] forbidden = ["PublicKey", "PrivateKey", "PresharedKey", "SecretKey", "IPAddress", "IPEndPoint", "UdpEndpoint", "UdpPath", "IPNetwork", "Object"];

        Assert.All(LoggerMessages.SelectMany(static message => message.Method.GetParameters()), parameter =>
            Assert.DoesNotContain((Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType).Name, forbidden));
    }

    [Fact]
    public void Event_ids_of_event_sources_are_unique()
    {
        Type[] sources = [.. Floor.All.SelectMany(static floor => floor.Assembly.GetTypes()).Where(static type => type.IsSubclassOf(typeof(EventSource)))];
        Assert.NotEmpty(sources);

        Assert.All(sources, static source =>
        {
            int[] ids = [.. source.GetMethods(Declared).Select(static method => method.GetCustomAttribute<EventAttribute>()).OfType<EventAttribute>().Select(static attribute => attribute.EventId)];
            Assert.Equal(ids.Length, ids.Distinct().Count());
        });
        Assert.Equal(sources.Length, sources.Select(static source => source.GetCustomAttribute<EventSourceAttribute>()!.Name).Distinct().Count());
    }

    private static int Id(CustomAttributeData attribute) =>
        attribute.ConstructorArguments is [{ Value: int id }, ..]
            ? id
            : attribute.NamedArguments.Where(static argument => argument.MemberName == "EventId").Select(static argument => (int)argument.TypedValue.Value!).SingleOrDefault();
}
