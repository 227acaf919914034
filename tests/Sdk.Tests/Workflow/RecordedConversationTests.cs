using System.Text.Json.Nodes;
using Dapr.Common.Serialization;
using Dapr.Workflow;
using Dapr.Workflow.Worker;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace StocksDapr.Sdk.Workflow;

/// <summary>The worker gets what real daprd sent to another worker, and answers as that one did.</summary>
public sealed class RecordedConversationTests
{
    public static TheoryData<string> Cases => [.. RecordedConversation.Ids];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_turn_is_answered_as_recorded(string id)
    {
        var options = new WorkflowRuntimeOptions();
        RecordedWorkflows.Register(id, options);
        var factory = new WorkflowsFactory(NullLogger<WorkflowsFactory>.Instance);
        options.ApplyRegistrations(factory);
        await using var services = new ServiceCollection().BuildServiceProvider();
        var turns = new TurnRunner(factory, new JsonDaprSerializer(), services.GetRequiredService<IServiceScopeFactory>(), NullLoggerFactory.Instance, TimeProvider.System);

        foreach (var (request, recorded) in RecordedConversation.Turns(id))
        {
            var answer = await turns.RunAsync(request, []);

            if (recorded is not null)
                Comparable(JsonNode.Parse(JsonFormatter.Default.Format(answer))!).Should().Be(Comparable(recorded), "turn after {0} events", request.PastEvents.Count);
        }
    }

    /// <summary>Without what follows from the worker's language: ids it makes, times it computes, names of its errors.</summary>
    private static string Comparable(JsonNode response)
    {
        var copy = response.DeepClone().AsObject();
        foreach (var action in copy["actions"]?.AsArray() ?? [])
        {
            action!.AsObject().TryAdd("id", 0);
            action["scheduleTask"]?.AsObject().Remove("taskExecutionId");
            if (action["scheduleTask"]?["name"]?.GetValue<string>() == "Flaky")
                action["scheduleTask"]!.AsObject().Remove("input");
            if (action["createTimer"] is JsonObject timer)
            {
                timer.Remove("fireAt");
                timer["activityRetry"]?.AsObject().Clear();
            }

            if (action["createChildWorkflow"] is JsonObject child && !(child["instanceId"]?.GetValue<string>().StartsWith("golden-", StringComparison.Ordinal) ?? false))
                child.Remove("instanceId");
            if (action["completeWorkflow"] is not JsonObject completion)
                continue;
            if (completion["failureDetails"] is JsonObject failure)
            {
                var message = failure["errorMessage"]!.GetValue<string>().Replace("Task failed: ", "", StringComparison.Ordinal);
                failure.Clear();
                failure["errorMessage"] = message.Contains("NoSuchWorkflow", StringComparison.Ordinal) ? "NoSuchWorkflow" : message;
            }
        }

        return Sorted(copy)!.ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
