using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>Where the broker is and who signs in. <c>amqp[s]://user:password@host:port/vhost</c>; what is left out is guest, guest, localhost, 5672 or 5671, <c>/</c>.</summary>
internal sealed record RabbitMqAddress(bool IsTls, string Host, int Port, string User, string Password, string VirtualHost)
{
    private const string Plain = "amqp";
    private const string Tls = "amqps";
    private const string Expected = "expected for example amqp://user:password@localhost:5672/";

    /// <summary>Host and port: nothing secret.</summary>
    public override string ToString() => FormattableString.Invariant($"{Host}:{Port}");

    /// <summary>From <c>connectionString</c> (or its old name <c>host</c>), else from <c>protocol</c>, <c>hostname</c>, <c>username</c> and <c>password</c>.</summary>
    /// <exception cref="ComponentMetadataException">The text is no such address. The message does not repeat it: it holds a password.</exception>
    public static RabbitMqAddress Read(ComponentSpec spec)
    {
        var protocol = spec.Get("protocol") ?? "";
        if (protocol is not ("" or Plain or Tls)) throw new ComponentMetadataException("protocol", $"is '{protocol}'; expected {Plain} or {Tls}");
        var name = spec.Get("connectionString") is { Length: > 0 } ? "connectionString" : "host";
        if (spec.Get(name) is { Length: > 0 } text)
        {
            var address = Parse(name, text);
            if (protocol.Length > 0 && address.IsTls != (protocol == Tls))
                throw new ComponentMetadataException("protocol", $"is {protocol}, but {name} begins with {(address.IsTls ? Tls : Plain)}://; leave protocol out");
            return address;
        }

        var host = spec.Get("hostname") is { Length: > 0 } hostname ? hostname : "localhost";
        var bare = Parse("hostname", $"{(protocol.Length > 0 ? protocol : Plain)}://{host}");
        return spec.Get("username") is { Length: > 0 } user ? bare with { User = user, Password = spec.Get("password") is { Length: > 0 } password ? password : "guest" } : bare;
    }

    private static RabbitMqAddress Parse(string property, string text)
    {
        if (text.Any(char.IsWhiteSpace)) throw new ComponentMetadataException(property, $"has white space in it; {Expected}");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) throw new ComponentMetadataException(property, $"is no address; {Expected}");
        if (uri.Scheme is not (Plain or Tls)) throw new ComponentMetadataException(property, $"does not begin with {Plain}:// or {Tls}://; {Expected}");
        var isTls = uri.Scheme == Tls;
        var account = uri.UserInfo.Split(':', 2);
        var path = uri.AbsolutePath.TrimStart('/');
        return new RabbitMqAddress(
            isTls,
            uri.Host.Length > 0 ? uri.DnsSafeHost : "localhost",
            uri.Port > 0 ? uri.Port : isTls ? 5671 : 5672,
            uri.UserInfo.Length > 0 ? Uri.UnescapeDataString(account[0]) : "guest",
            account.Length > 1 ? Uri.UnescapeDataString(account[1]) : "guest",
            path.Length > 0 ? Uri.UnescapeDataString(path) : "/");
    }
}
