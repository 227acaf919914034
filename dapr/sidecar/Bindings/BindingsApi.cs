using System.Text.Json;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Json;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Tracing;

namespace StocksDapr.Sidecar.Bindings;

/// <summary>The output bindings API over HTTP.</summary>
internal static class BindingsApi
{
    public static void Map(ApiRouter routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.Map("bindings", "POST|PUT", "/v1.0/bindings/{name}", InvokeAsync);
    }

    private static async Task InvokeAsync(ApiRequest request)
    {
        BindingRequest call;
        ReadOnlyMemory<byte> body = default;
        try
        {
            body = await request.ReadBodyAsync();
            call = Read(body.Span, request.Trace);
        }
        catch (JsonException error)
        {
            await request.Error(400, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {GoDecoding.Explain(body.Span, error)}");
            return;
        }
        catch (BodyTooLargeException error)
        {
            await request.Error(400, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {error.Message}");
            return;
        }

        try
        {
            var answer = await SendAsync(request, call);
            if (answer is null)
            {
                await request.NoContent();
                return;
            }

            WriteMetadata(request, answer);
            await request.Json(answer.Data);
        }
        catch (Exception error) when (error is BindingException or CircuitOpenException or TimeoutException)
        {
            if (error is BindingException { Answer: { } answer }) WriteMetadata(request, answer);
            await request.Error(500, "ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding {request["name"]}: {error.Message}");
        }
    }

    private static async Task<BindingAnswer?> SendAsync(ApiRequest request, BindingRequest call)
    {
        var name = request["name"];
        if (call.Operation.Length == 0) throw new BindingException("operation field is missing from request");
        var found = request.Sidecar.Components.All.FirstOrDefault(component => component.Resource.Name == name);
        if (found?.Instance is not IOutputBinding binding || !BindingDirection.Allows(found.Resource, BindingDirection.Output))
        {
            throw new BindingException($"couldn't find output binding {name}");
        }

        if (!binding.Operations.Contains(call.Operation, StringComparer.Ordinal))
        {
            throw new BindingException($"binding {name} does not support operation {call.Operation}. supported operations:{string.Join(' ', binding.Operations)}");
        }

        return await request.Sidecar.Resiliency.Outbound(name, ComponentKind.Binding).RunAsync(token => binding.InvokeAsync(call, token), request.Aborted);
    }

    private static BindingRequest Read(ReadOnlySpan<byte> body, TraceContext trace)
    {
        var (operation, data) = ("", GoDecoding.Null);
        Dictionary<string, string>? metadata = null;
        var reader = new Utf8JsonReader(body, GoDecoding.ReaderOptions);
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null)) throw GoDecoding.WrongType(ref reader, "", "http.OutputBindingRequest");
        while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isOperation = GoDecoding.IsField(ref reader, "operation");
            var isMetadata = GoDecoding.IsField(ref reader, "metadata");
            var isData = GoDecoding.IsField(ref reader, "data");
            reader.Read();
            if (isOperation) operation = GoDecoding.ReadString(ref reader, "OutputBindingRequest.operation") ?? operation;
            else if (isMetadata) metadata = GoDecoding.ReadStrings(ref reader, "OutputBindingRequest.metadata");
            else if (isData) data = GoDecoding.Reencode(ref reader);
            else reader.Skip();
        }

        // The trace goes along in the metadata; what a component makes of it is its own business.
        metadata ??= new Dictionary<string, string>(StringComparer.Ordinal);
        if (trace.Parent is not null) metadata["traceparent"] = trace.Parent;
        if (trace.State.Length > 0) metadata["tracestate"] = trace.State;
        if (trace.Baggage is not null) metadata["baggage"] = trace.Baggage;
        return new BindingRequest(operation, data, metadata);
    }

    private static void WriteMetadata(ApiRequest request, BindingAnswer answer)
    {
        foreach (var (name, value) in answer.Metadata)
        {
            // A header of another server may hold what this one must not send.
            if (name.AsSpan().ContainsAnyExceptInRange('!', '~')) continue;
            request.Http.Response.Headers.Append("metadata." + name, string.Create(value.Length, value, static (text, from) =>
            {
                for (var i = 0; i < text.Length; i++) text[i] = from[i] is >= ' ' and <= '~' or '\t' ? from[i] : '?';
            }));
        }
    }
}
