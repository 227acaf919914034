using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Protocol;

/// <summary>Field numbers and forms as they are on daprd's wire: bytes written by hand, so that a renumbered field cannot agree with itself.</summary>
public sealed class TaskHubWireTests
{
    [Fact]
    public void An_event_from_outside_has_a_negative_id_and_wrapped_results() =>
        Bytes(new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = 2, Result = "x", TaskExecutionId = "t" } }).Should().Be(
            "08FFFFFFFFFFFFFFFFFF01" + "3A0A" + "0802" + "1203" + "0A0178" + "1A0174");

    [Fact]
    public void An_empty_wrapped_text_is_there_and_an_absent_one_is_not()
    {
        Bytes(new EventRaisedEvent { Name = "e", Input = "" }).Should().Be("0A0165" + "1200");
        Bytes(new EventRaisedEvent { Name = "e" }).Should().Be("0A0165");
    }

    [Fact]
    public void A_timer_names_its_origin() =>
        Bytes(new WorkflowAction
        {
            Id = 1,
            CreateTimer = new CreateTimerAction { FireAt = new Timestamp { Seconds = 253402300799, Nanos = 999999999 }, ExternalEvent = new TimerOriginExternalEvent { Name = "go" } },
        }).Should().Be("0801" + "2215" + "0A0D" + "08FF82D1FFAF07" + "10FF93EBDC03" + "22040A02676F");

    [Fact]
    public void An_activity_is_told_by_instance_and_task() =>
        Bytes(new WorkItem
        {
            ActivityRequest = new ActivityRequest
            {
                Name = "A",
                WorkflowInstance = new WorkflowInstance { InstanceId = "i" },
                TaskId = 3,
                TaskExecutionId = "t",
            },
        }).Should().Be("120D" + "0A0141" + "22030A0169" + "2803" + "3A0174");

    [Fact]
    public void The_name_of_a_parent_is_the_only_wrapped_name() =>
        Bytes(new ParentInstanceInfo { TaskScheduledId = 3, Name = "P", WorkflowInstance = new WorkflowInstance { InstanceId = "i" }, AppID = "a" }).Should().Be(
            "0803" + "12030A0150" + "22030A0169" + "2A0161");

    [Fact]
    public void Completion_carries_status_result_and_failure() =>
        Bytes(new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, Result = "", FailureDetails = new TaskFailureDetails { ErrorType = "E", IsNonRetriable = true } })
            .Should().Be("0803" + "1200" + "3205" + "0A0145" + "2801");

    [Fact]
    public void What_newer_versions_add_is_kept() =>
        HistoryEvent.Parser.ParseFrom(Convert.FromHexString("3A05" + "0802" + "220178")).ToByteArray().Should().Equal(Convert.FromHexString("3A05" + "0802" + "220178"));

    private static string Bytes(IMessage message) => Convert.ToHexString(message.ToByteArray());
}
