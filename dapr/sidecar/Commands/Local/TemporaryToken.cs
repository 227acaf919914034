using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Sidecar.Commands.Local;

/// <summary>A token of the local administrator for as long as a command takes, with a client that shows it; revoked at the end.</summary>
internal sealed class TemporaryToken : IAsyncDisposable
{
    /// <summary>Longer than any command; what could not be revoked ends by itself.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);
    private static readonly TimeSpan RevocationLimit = TimeSpan.FromSeconds(10);

    private readonly GatewayClient _administrator;
    private readonly MadeToken _made;

    private TemporaryToken(GatewayClient administrator, MadeToken made, GatewayClient gateway) => (_administrator, _made, Gateway) = (administrator, made, gateway);

    public GatewayClient Gateway { get; }

    /// <exception cref="RunFailedException">The gateway cannot be reached, or there is no key in the folder.</exception>
    public static async Task<TemporaryToken> MakeAsync(
        Uri address, DataFolder folder, string name, IReadOnlyList<string> scopes, TimeSpan patience, CancellationToken cancellationToken)
    {
        var administrator = new GatewayClient(address, LocalGateway.AdministratorKey(folder), patience);
        try
        {
            var made = await LocalGateway.MakeTokenAsync(administrator, name, scopes, TimeProvider.System.GetUtcNow() + Life, cancellationToken);
            return new TemporaryToken(administrator, made, new GatewayClient(address, made.Text, patience));
        }
        catch
        {
            administrator.Dispose();
            throw;
        }
    }

    /// <summary>Revokes the token. That it could not be revoked is no failure of the command.</summary>
    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        try
        {
            using var limit = new CancellationTokenSource(RevocationLimit);
            if (_made.Id is { } id)
                await LocalGateway.RevokeTokenAsync(_administrator, id, limit.Token);
        }
        catch (Exception exception) when (exception is RunFailedException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"The command's token could not be revoked ({exception.Message}); it ends within {Life.TotalHours:0} hours.");
        }
        finally
        {
            _administrator.Dispose();
        }
    }
}
